"""docs/openapi.yaml as these tests ask it; every reference is followed."""
import packages

try:
    import yaml
except ImportError:
    packages.skip("python3-yaml is not here, so docs/openapi.yaml is not read")

METHODS = ("get", "post", "patch")


class Operation:
    def __init__(self, method, path, given, shared):
        self.method, self.path, self.given = method.upper(), path, given
        self.id = given["operationId"]
        self.extension = given.get("x-extension", False)
        self.parameters = shared + given.get("parameters", [])
        self.answers = {int(status): answer for status, answer in given["responses"].items()}
        self.statuses = list(self.answers)

    def parameter(self, place, name):
        return next(p for p in self.parameters if (p["in"], p["name"]) == (place, name))


class Document:
    def __init__(self, path):
        with open(path) as file:
            self.unresolved = yaml.safe_load(file)
        self.raw = self._resolve(self.unresolved)
        self.operations = [Operation(method, path, item[method], item.get("parameters", []))
                           for path, item in self.raw["paths"].items() for method in METHODS if method in item]

    def _resolve(self, node):
        if isinstance(node, list):
            return [self._resolve(item) for item in node]
        if not isinstance(node, dict):
            return node
        if "$ref" in node:
            found = self.unresolved
            for step in node["$ref"].removeprefix("#/").split("/"):
                found = found[step]
            return self._resolve(found)
        return {key: self._resolve(value) for key, value in node.items()}

    def operation(self, name):
        return next(o for o in self.operations if o.id == name)

    def schema(self, name):
        return self.raw["components"]["schemas"][name]

    def headers(self, name):
        """Every header of this name, of requests and of answers."""
        sent = [p for o in self.operations for p in o.parameters if (p["in"], p["name"]) == ("header", name)]
        return sent + [a["headers"][name] for o in self.operations for a in o.answers.values() if name in a["headers"]]

    def walk(self):
        """Each node as it is written, with the steps that lead to it. Examples are data."""
        def below(where, node):
            yield where, node
            for key, value in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
                if key not in ("example", "examples", "info"):
                    yield from below((*where, key), value)
        return below((), self.unresolved)
