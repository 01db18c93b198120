"""Checks /openapi.json and /asyncapi.json against the schemas of their formats, against the router's table, and their examples against their
schemas. Every function returns a list of faults."""

import copy
import json
import pathlib
import re

import jsonschema
import openapi_spec_validator

ROOT = pathlib.Path(__file__).resolve().parents[2]
ASYNCAPI_SCHEMA = pathlib.Path(__file__).parent / "node_modules/@asyncapi/specs/schemas/3.0.0.json"
METHODS = ("get", "put", "post", "delete", "patch")


def check_openapi(document):
    return [f"openapi: {fault.message[:200]} at {list(fault.absolute_path)}"
            for fault in openapi_spec_validator.OpenAPIV31SpecValidator(document).iter_errors()]


def check_asyncapi(document):
    validator = jsonschema.Draft7Validator(json.loads(ASYNCAPI_SCHEMA.read_text()))
    broken = copy.deepcopy(document)
    del broken["info"]["version"]
    assert list(validator.iter_errors(broken)), "the schema of AsyncAPI finds nothing wrong with anything"
    return [f"asyncapi: {fault.message[:200]} at {list(fault.absolute_path)}" for fault in validator.iter_errors(document)]


def operations_of(document):
    """(method, path) → operation."""
    return {(method, path): operation for path, item in document["paths"].items() for method, operation in item.items() if method in METHODS}


def check_routes(document):
    """Reads the rows of the table in src/http_api/routing/route_table.cpp as text, so the list of routes does not come from the document itself."""
    text = (ROOT / "src/http_api/routing/route_table.cpp").read_text()
    rows = re.findall(r'\{"([A-Z]+)",\s*"(/[^"]*)",\s*Scope::', text)
    routed = {(method.lower(), re.sub(r":(\w+)", r"{\1}", pattern)) for method, pattern in rows}
    listed = set(operations_of(document))
    return ([f"openapi: {route} is routed and not listed" for route in sorted(routed - listed)]
            + [f"openapi: {route} is listed and not routed" for route in sorted(listed - routed)]
            + (["openapi: no routes were found"] if not routed else []))


def resolve(document, value):
    while "$ref" in value and len(value) == 1:
        target = document
        for step in value["$ref"][2:].split("/"):
            target = target[step.replace("~1", "/").replace("~0", "~")]
        value = target
    return value


def faults(document, schema, value, where):
    """The violations of `schema`, a part of `document`, in `value`."""
    whole = {"allOf": [schema], "components": document["components"]}
    return [f"{where}: {fault.message[:160]}" for fault in jsonschema.Draft202012Validator(whole).iter_errors(value)]


def undocumented(document, schema, value, where):
    """Keys of `value` that the document does not mention. Clients ignore them, so they are allowed, but the run reports each of them."""
    schema = resolve(document, schema)
    found = []
    if isinstance(value, list) and "items" in schema:
        for each in value:
            found += undocumented(document, schema["items"], each, where + "[]")
    if isinstance(value, dict) and "properties" in schema:
        for name, member in value.items():
            if name in schema["properties"]:
                found += undocumented(document, schema["properties"][name], member, f"{where}.{name}")
            else:
                found.append(f"{where}.{name} is not in the document")
    forms = schema.get("anyOf") or schema.get("oneOf") or []
    return found + min((undocumented(document, form, value, where) for form in forms if not faults(document, form, value, "")), key=len, default=[])


def contract_texts(sections, routed):
    """Every text that these sections of the contract hold as `"message":"…"` or `"error":"…"`, and in §6 also alone in backticks."""
    text = (ROOT / "docs/api-contract.md").read_text()
    # Skips a bullet about a route that does not exist yet. The tests of the contract report that it is missing.
    for bullet in re.findall(r"^- `(?:GET|POST|PUT|DELETE) /.*?(?=^- |^#)", text, flags=re.MULTILINE | re.DOTALL):
        method, path = re.match(r"- `(\w+) ([^?`]+)", bullet).groups()
        if (method.lower(), re.sub(r":(\w+)", r"{\1}", path)) not in routed:
            text = text.replace(bullet, "")
    parts = re.split(r"^## (\d+)\.", text, flags=re.MULTILINE)
    chosen = "".join(body for number, body in zip(parts[1::2], parts[2::2]) if int(number) in sections)
    named = {json.loads(text) for text in re.findall(r'"(?:message|error)":("(?:[^"\\<…]|\\.)+")', chosen)}
    return named | (set(re.findall(r"`([A-Z][a-z]+ [^`<…{]+)`", chosen)) if 6 in sections else set())


def check_contract_texts(openapi, asyncapi):
    """The document of each side holds the texts of the contract: §1, §2, §4 and §5 over HTTP, §6 over Socket.IO."""
    found = []
    routed = set(operations_of(openapi))
    sides = (("openapi", openapi, contract_texts({1, 2, 4, 5}, routed), 25), ("asyncapi", asyncapi, contract_texts({6}, routed), 20))
    for name, document, texts, at_least in sides:
        whole = json.dumps(document, ensure_ascii=False)  # a text appears as a whole JSON string
        found += [f"{name}: the contract's text {text!r} is missing" for text in sorted(texts) if json.dumps(text, ensure_ascii=False) not in whole]
        found += [f"{name}: only {len(texts)} texts were found in the contract"] if len(texts) < at_least else []
    return found


def check_openapi_examples(document):
    found = []
    for (method, path), operation in operations_of(document).items():
        where = f"{method.upper()} {path}"
        for parameter in operation["parameters"]:
            found += faults(document, parameter["schema"], parameter["example"], f"{where} {parameter['name']}")
        bodies = {"request": operation.get("requestBody", {}), **operation["responses"]}
        for name, body in bodies.items():
            for content in body.get("content", {}).values():
                examples = [each["value"] for each in content.get("examples", {}).values()]
                examples += [content["example"]] if "example" in content else []
                if content["schema"].get("type") != "string" and not examples:
                    found.append(f"{where} {name}: no example")
                for example in examples:
                    found += faults(document, content["schema"], example, f"{where} {name}")
    return found


def check_asyncapi_examples(document):
    found = []
    for name, message in document["components"]["messages"].items():
        if not message["examples"]:
            found.append(f"{name}: no example")
        for example in message["examples"]:
            found += faults(document, message["payload"], example["payload"], f"message {name}")
    return found


def check_shapes(document):
    return [fault for name, schema in document["components"]["schemas"].items() for example in schema["examples"]
            for fault in faults(document, schema, example, f"schema {name}")]


def check(openapi, asyncapi):
    return (check_openapi(openapi) + check_asyncapi(asyncapi) + check_routes(openapi) + check_contract_texts(openapi, asyncapi) + check_openapi_examples(openapi)
            + check_asyncapi_examples(asyncapi) + check_shapes(openapi) + check_shapes(asyncapi))
