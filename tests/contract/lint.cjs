// Spectral and Redocly on OpenAPI documents, each by its recommended rules: a line a problem. usage: lint.cjs DOCUMENT...
// By their libraries: the command-line programs, which docs/contract.md names, bring twice as much to install.
'use strict';

const fs = require('fs');
const redocly = require('@redocly/openapi-core');
const { Document, Spectral } = require('@stoplight/spectral-core');
const { Yaml } = require('@stoplight/spectral-parsers');
const { oas } = require('@stoplight/spectral-rulesets');

async function bySpectral(path) {
  const spectral = new Spectral();
  spectral.setRuleset({ extends: [[oas, 'recommended']] });
  const found = await spectral.run(new Document(fs.readFileSync(path, 'utf8'), Yaml, path));
  return found.map(({ code, message, range }) => `${path}: spectral ${code}: line ${range.start.line + 1}: ${message}`);
}

async function byRedocly(path) {
  const config = await redocly.createConfig({ extends: ['recommended'] });
  const found = await redocly.lint({ ref: path, config });
  return found.map(({ ruleId, message, location }) => `${path}: redocly ${ruleId}: ${location[0].pointer}: ${message}`);
}

async function main(paths) {
  for (const path of paths) {
    const problems = [...(await bySpectral(path)), ...(await byRedocly(path))];
    problems.forEach((problem) => console.log(problem));
  }
}

main(process.argv.slice(2));
