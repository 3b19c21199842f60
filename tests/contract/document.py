#!/usr/bin/env python3
"""docs/openapi.yaml against docs/contract.md and the routes of the reference CRM: document.py FOLDER DOCUMENT [unittest arguments].

The page explains the document, so each says what the other says: endpoints, fields, filters, statuses, and what goes beyond the
ADR.
"""
import json
import os
import re
import sys
import unittest

import openapi
import packages

DOCUMENT = None


def page(name):
    with open(os.path.join(os.path.dirname(DOCUMENT), name)) as file:
        return file.read()


def table(section, first_cell):
    """The rows of the table of docs/contract.md that begins with such a cell; each a list of cells."""
    text = re.search(rf"(?ms)^##+ {section}.*?$(.*?)(?=^## |\Z)", page("contract.md"))[1]
    lines = text.splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith(f"| {first_cell} |"))
    rows = []
    for line in lines[start + 2:]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split(" |")])
    assert rows
    return rows


def names(cell):
    return re.findall(r"`([\w\[\]-]+)`", cell)


class Document(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.api = openapi.Document(DOCUMENT)

    def test_the_reference_crm_has_the_same_endpoints(self):
        with open(os.path.join(os.path.dirname(DOCUMENT), "../examples/reference_crm/routes.cpp")) as file:
            routes = re.findall(r'\{"([A-Z]+)", "(/[^"]+)", &(\w+)\}', file.read())
        documented = [(o.method, o.path, o.id) for o in self.api.operations if o.path != "/oauth/token"]
        self.assertCountEqual(documented, routes)

    def test_the_page_has_the_same_endpoints(self):
        rows = {}
        for request, answer, operation in table("Endpoints", "request"):
            method, path = re.match(r"`(\w+) (\S+)`", request).groups()
            statuses = set(map(int, re.findall(r"(?:^|; |, )(\d{3})\b", answer)))
            rows[names(operation)[0]] = (method, path, "extension" in request, statuses)
        self.assertCountEqual(rows, [o.id for o in self.api.operations])
        for o in self.api.operations:
            with self.subTest(o.id):
                method, path, extension, statuses = rows[o.id]
                self.assertEqual((method, path, extension), (o.method, o.path, o.extension))
                self.assertLessEqual(statuses, set(o.statuses))
                good = {status for status in o.statuses if status < 400}
                self.assertLessEqual(good, statuses)

    def test_every_status_is_explained(self):
        explained = set()
        for row in table("Errors", "status"):
            explained |= set(map(int, re.findall(r"\d{3}", row[0])))
        documented = {status for o in self.api.operations for status in o.statuses if status >= 300}
        # Of every path, or of an intermediary: the document says so in words.
        self.assertEqual(explained - documented, {405, 502, 504})
        self.assertLessEqual(documented, explained)
        for status in (405, 502, 504):
            self.assertIn(str(status), self.api.raw["info"]["description"])

    def check_fields(self, schema, rows):
        """`rows`: the field's names, its type, whether it may be null or absent, and the rest."""
        described = {name: row for row in rows for name in names(row[0])}
        self.assertCountEqual(described, self.api.schema(schema)["properties"])
        for name, (_, kind, absent, *_) in described.items():
            with self.subTest(schema, field=name):
                field = self.api.schema(schema)["properties"][name]
                self.assertEqual(absent == "no", name in self.api.schema(schema)["required"] or field.get("nullable") is None)
                self.assertEqual(absent == "yes", field.get("nullable") is True)
                words = field.get("x-known-values") or field.get("items", {}).get("x-known-values")
                self.assertEqual(names(kind) if "open" in kind else None, words)
                self.assertEqual(self.kind_of(field),
                                 re.match(r"list of text|list of years|text|date|time|whole number|ISO", kind)[0])

    @staticmethod
    def kind_of(field):
        if field["type"] == "array":
            return {"string": "list of text", "integer": "list of years"}[field["items"]["type"]]
        if field.get("pattern") == "^[A-Z]{3}$":
            return "ISO"
        return {"date": "date", "date-time": "time", "int64": "whole number"}.get(field.get("format"), "text")

    def test_fields_of_a_customer(self):
        rows = table("Fields", "customer field")
        self.check_fields("Customer", rows)
        for row in rows:
            for name in names(row[0]):
                with self.subTest(name):
                    for request in ("CustomerCreate", "CustomerPatch"):
                        self.assertEqual("create, update" == row[3], name in self.api.schema(request)["properties"])
                    extension = self.api.schema("Customer")["properties"][name].get("x-extension", False)
                    self.assertEqual("extension" == row[4], extension)

    def test_fields_of_an_invoice(self):
        self.check_fields("Invoice", table("Fields", "invoice field"))

    def test_fields_of_an_interaction(self):
        self.check_fields("Interaction", table("Fields", "interaction field"))

    def test_filters(self):
        lists = {"customers": "list_customers", "search": "search_customers", "invoices": "list_invoices",
                 "interactions": "list_interactions"}
        described = {operation: {"page", "per_page"} for operation in lists.values()}
        for endpoint, parameter, _, origin in table("Filters", "endpoint"):
            if endpoint == "all lists":
                self.assertEqual(["page", "per_page"], names(parameter))
                continue
            for name in names(parameter):
                described[lists[endpoint]].add(name)
                found = self.api.operation(lists[endpoint]).parameter("query", name)
                self.assertEqual(origin == "extension", found.get("x-extension", False), name)
                self.assertEqual("required" in parameter, found.get("required", False), name)
        for operation, filters in described.items():
            given = [p["name"] for p in self.api.operation(operation).parameters if p["in"] == "query"]
            self.assertCountEqual(filters, given)

    def test_what_goes_beyond_the_adr_is_marked_and_says_so(self):
        marked = 0
        for where, node in self.api.walk():
            if isinstance(node, dict) and "description" in node and "properties" not in where[-1:]:
                with self.subTest("/".join(map(str, where))):
                    says = "Extension, not in ADR 10." in str(node["description"])
                    self.assertEqual(says, node.get("x-extension") is True)
                    marked += says
        self.assertGreater(marked, 30)

    def test_headers_that_the_page_calls_extensions(self):
        for row in table("Extensions, and a CRM without them", "extension"):
            for name in names(row[0]):
                for header in self.api.headers(name):
                    self.assertIs(header.get("x-extension"), True, name)
        for name in ("Idempotency-Key", "If-Match", "If-None-Match", "ETag", "Location", "Idempotent-Replayed", "X-Request-Id"):
            self.assertTrue(self.api.headers(name), name)

    def test_every_answer_has_what_the_page_says_of_all(self):
        for o in self.api.operations:
            for status, answer in o.answers.items():
                with self.subTest(o.id, status=status):
                    self.assertIn("X-Request-Id", answer["headers"])
                    if status == 401:
                        self.assertIn("WWW-Authenticate", answer["headers"])
                    if status == 429:
                        self.assertIs(answer["headers"]["Retry-After"]["required"], True)
                    if o.path == "/oauth/token" and status in (200, 400, 401):
                        self.assertIn("Cache-Control", answer["headers"])
                    kinds = set(answer.get("content", {}))
                    if o.path != "/oauth/token":
                        self.assertEqual(kinds, {"application/problem+json"} if status >= 400 else
                                         set() if status == 304 else {"application/json"})
                    for kind, body in answer.get("content", {}).items():
                        self.assertTrue(body.get("examples"), f"{kind} has no example")

    def test_the_ways_to_authenticate(self):
        schemes = self.api.raw["components"]["securitySchemes"]
        offered = [name for choice in self.api.raw["security"] for name in choice]
        self.assertCountEqual(["bearerAuth", "oauth", "hmacAuth"], offered)
        self.assertEqual(len(table("Authentication", "form")), len(offered))
        self.assertEqual("/oauth/token", schemes["oauth"]["flows"]["clientCredentials"]["tokenUrl"])
        for error, _ in table("Authentication", "error"):
            self.assertIn(error, schemes["hmacAuth"]["description"])
        self.assertIn(re.search(r"(?m)^    (Authorization: .*)$", page("contract.md"))[1], schemes["hmacAuth"]["description"])

    def test_the_page_names_the_versions_that_are_tested(self):
        with open(os.path.join(packages.HERE, "package.json")) as file:
            tested = json.load(file)["devDependencies"]
        named = dict(re.findall(r"npx (@[\w/-]+)@([\d.]+)", page("contract.md")))
        self.assertEqual(named["@stoplight/prism-cli"], tested["@stoplight/prism-cli"])
        self.assertEqual(named["@redocly/cli"], tested["@redocly/openapi-core"])


if __name__ == "__main__":
    _, DOCUMENT, *rest = sys.argv[1:]
    unittest.main(argv=sys.argv[:1] + rest)
