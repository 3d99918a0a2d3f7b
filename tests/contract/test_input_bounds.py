"""Whatever may come in has bounds that its column holds and every calendar knows: all documents, all fields."""

import importlib
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Integer, SmallInteger

from deploy.document import contracts
from shared.data.relations import Relation
from shared.values.inputs import FIRST_DAY, INT32_MAX, LARGEST, LAST_DAY
from tests.test_house import ROOMS, ROOT

Field = tuple[str, str, dict[str, Any]]  # where it stands, its name, its schema
DOCUMENTS = contracts()


def fields(document: dict[str, Any]) -> Iterator[Field]:
    """Every plain value in a parameter or a body, once."""
    kinds, seen = document["components"]["schemas"], set[str]()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            for parameter in operation.get("parameters", ()):
                where = f"{method} {path} {parameter['name']}"
                yield from values(parameter["schema"], where, parameter["name"], kinds, seen)
            body = operation.get("requestBody", {}).get("content", {}).get("application/json")
            if body:
                yield from values(body["schema"], f"{method} {path}", "", kinds, seen)


def values(schema: dict[str, Any], where: str, name: str, kinds: dict[str, Any], seen: set[str]) -> Iterator[Field]:
    if "$ref" in schema:
        kind = schema["$ref"].rsplit("/", 1)[-1]
        if kind not in seen:
            seen.add(kind)
            yield from values(kinds[kind], kind, name, kinds, seen)
        return
    parts = [(where, name, p) for word in ("anyOf", "oneOf", "allOf") for p in schema.get(word, ())]
    parts += [(f"{where}.{inner}", inner, part) for inner, part in schema.get("properties", {}).items()]
    parts += [(f"{where}[]", name, schema["items"])] if "items" in schema else []
    for place, inner, part in parts:
        yield from values(part, place, inner, kinds, seen)
    if "type" in schema:
        yield where, name, schema


def smallest_columns(service: str) -> dict[str, int]:
    """What the narrowest whole-number column of a name holds, of all tables of a service."""
    limits = dict[str, int]()
    for room in (r for r in ROOMS if r.parent.name == service):
        if not (room / "tables.py").exists():
            continue
        held = vars(importlib.import_module(".".join((*room.relative_to(ROOT).parts, "tables")))).values()
        for name, kind in (c for t in held if isinstance(t, Relation) for c in t.types.items()):
            most = 2**15 - 1 if isinstance(kind, SmallInteger) else INT32_MAX if type(kind) is Integer else LARGEST
            limits[name] = min(most, limits.get(name, LARGEST))
    return limits


def unbounded(service: str, document: dict[str, Any]) -> Iterator[str]:
    columns = smallest_columns(service)
    for where, name, schema in fields(document):
        kind = schema["type"]
        if {"enum", "const"} & schema.keys():
            continue
        if kind == "integer":
            most: Any = schema.get("maximum", schema.get("exclusiveMaximum", float("inf")))
            least: Any = schema.get("minimum", schema.get("exclusiveMinimum", float("-inf")))
            held = columns.get(name, LARGEST)
            if not -held - 1 <= least <= most <= held:
                yield f"{where}: {least} to {most}, {held} held"
        elif kind == "string" and schema.get("format") == "date":
            if (schema.get("formatMinimum"), schema.get("formatMaximum")) != (str(FIRST_DAY), str(LAST_DAY)):
                yield f"{where}: any day"
        elif kind == "string" and not ({"maxLength", "pattern"} & schema.keys() or schema.get("format") == "uuid"):
            yield f"{where}: text without end"
        elif kind == "array" and "maxItems" not in schema:
            yield f"{where}: a list without end"
        elif kind == "object" and schema.get("additionalProperties") is not False:
            yield f"{where}: fields that nobody knows"
        elif kind == "number":
            yield f"{where}: no number of ours has a fraction"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_comes_in_is_bounded(name: str) -> None:
    assert list(fields(DOCUMENTS[name]))
    assert list(unbounded(name, DOCUMENTS[name])) == []
