"""Names in an OpenAPI document: readable, and each for one thing."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel

# What the framework puts beside its own refusals; ours are problems.
NOT_OURS = ("HTTPValidationError", "ValidationError")
PLACE = "#/components/"
_GENERIC = re.compile(r"(?:\w+__)?(Batch|Page)_\w+")
_LONG = re.compile(r"\w+?__(?:\w+__)?(\w+?)__schemas__(\w+)")


def ref(kind: str, name: str) -> dict[str, str]:
    return {"$ref": f"{PLACE}{kind}/{name}"}


def name_operation(house: str, tag: str, function: str, taken: Sequence[str]) -> str:
    """As its function is called; a single word, or one of two alike, says its room too."""
    alone = "_" in function and taken.count(function) == 1
    return f"{house}_{function}" if alone else f"{house}_{tag}_{function}"


def add_schemas(document: dict[str, Any], kind: type[BaseModel]) -> None:
    schema = kind.model_json_schema(ref_template=f"{PLACE}schemas/{{model}}")
    known = document["components"]["schemas"]
    for name, inner in schema.pop("$defs", {}).items():
        known.setdefault(name, inner)
    known[kind.__name__] = schema


def name_schemas(document: dict[str, Any]) -> None:
    """Each by one plain word: `VisitBatch` for a batch of visits, `PostsEnding` where two rooms have an ending."""
    schemas = document["components"]["schemas"]
    for name in NOT_OURS:
        schemas.pop(name, None)
    names = {name: _plain(name, schemas) for name in schemas}
    assert len(set(names.values())) == len(names), "two schemas of one name"
    rename_schemas(document, names)
    for schema in document["components"]["schemas"].values():
        for inner in schemas_in(schema):
            inner.pop("title", None)


def rename_schemas(document: dict[str, Any], names: Mapping[str, str]) -> None:
    """Everywhere: where they stand, and where something refers to them."""
    schemas = document["components"]["schemas"]
    document["components"]["schemas"] = dict(sorted((names.get(name, name), s) for name, s in schemas.items()))
    places = {f"{PLACE}schemas/{old}": f"{PLACE}schemas/{new}" for old, new in names.items()}
    for holder in _objects(document):
        if holder.get("$ref") in places:
            holder["$ref"] = places[holder["$ref"]]
        mapping = holder.get("mapping")
        if isinstance(mapping, dict):
            holder["mapping"] = {word: places.get(place, place) for word, place in mapping.items()}


def drop_unused(document: dict[str, Any]) -> None:
    """Components that nothing refers to; again, until nothing is left that only those referred to."""
    while True:
        used = {holder["$ref"] for holder in _objects(document) if isinstance(holder.get("$ref"), str)}
        unused = [
            (kind, name)
            for kind in ("schemas", "responses")
            for name in document["components"].get(kind, {})
            if f"{PLACE}{kind}/{name}" not in used
        ]
        if not unused:
            return
        for kind, name in unused:
            del document["components"][kind][name]


def as_json(document: dict[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def merge(documents: Mapping[str, dict[str, Any]], info: Mapping[str, Any]) -> dict[str, Any]:
    """One document of several houses'. A schema that means another thing in another house is called after its house."""
    copies = {house: json.loads(json.dumps(document)) for house, document in sorted(documents.items())}
    meanings: dict[str, set[str]] = {}
    for copy in copies.values():
        for name, schema in copy["components"]["schemas"].items():
            meanings.setdefault(name, set()).add(json.dumps(schema, sort_keys=True))
    several = _all_over(copies, {name for name, found in meanings.items() if len(found) > 1})
    first = next(iter(copies.values()))
    merged = {**first, "info": dict(info), "paths": {}, "tags": [], "components": {}}
    for house, copy in copies.items():
        rename_schemas(copy, {name: f"{house.capitalize()}{name}" for name in several})
        merged["paths"] |= copy["paths"]
        known = {tag["name"] for tag in merged["tags"]}
        merged["tags"] += [tag for tag in copy["tags"] if tag["name"] not in known]
        if "webhooks" in copy:
            merged["webhooks"] = copy["webhooks"]
        for kind, components in copy["components"].items():
            _add(merged["components"].setdefault(kind, {}), components)
    merged["tags"].sort(key=lambda tag: tag["name"])
    share_parameters(merged)
    return merged


def share_parameters(document: dict[str, Any]) -> None:
    """What several operations ask for alike stands once among the components; a tenth of all doors' document."""
    asked = [o["parameters"] for doors in document["paths"].values() for o in doors.values() if "parameters" in o]
    times = Counter(json.dumps(parameter) for parameters in asked for parameter in parameters)
    names = dict[str, str]()
    for told in (told for told, n in times.items() if n > 1):
        name = json.loads(told)["name"]
        alike = sum(shared.partition(".")[0] == name for shared in names.values())
        names[told] = f"{name}.{alike + 1}" if alike else name
    document["components"]["parameters"] = {name: json.loads(told) for told, name in sorted(names.items())}
    for parameters in asked:
        all_told = [json.dumps(parameter) for parameter in parameters]
        parameters[:] = [
            ref("parameters", names[t]) if t in names else p for t, p in zip(all_told, parameters, strict=True)
        ]


def _all_over(copies: Mapping[str, dict[str, Any]], several: set[str]) -> set[str]:
    """With what refers to one of them: it means another thing too."""
    while True:
        more = {
            name
            for copy in copies.values()
            for name, schema in copy["components"]["schemas"].items()
            if name not in several
            and any(str(h.get("$ref")).removeprefix(f"{PLACE}schemas/") in several for h in _objects(schema))
        }
        if not more:
            return several
        several |= more


def _add(known: dict[str, Any], more: dict[str, Any]) -> None:
    for name, component in more.items():
        there = known.setdefault(name, component)
        if "x-codes" in there:
            there["x-codes"] = sorted({*there["x-codes"], *component["x-codes"]})


def schemas_in(schema: Any) -> Iterator[dict[str, Any]]:
    """A schema and all that stand in it."""
    if not isinstance(schema, dict):
        return
    yield schema
    for inner in (schema.get("properties") or {}).values():
        yield from schemas_in(inner)
    for word in ("items", "additionalProperties"):
        yield from schemas_in(schema.get(word))
    for word in ("anyOf", "oneOf", "allOf", "prefixItems"):
        for inner in schema.get(word, ()):
            yield from schemas_in(inner)


def _plain(name: str, schemas: Mapping[str, Any]) -> str:
    generic = _GENERIC.fullmatch(name)
    if generic:
        inner = schemas[name]["properties"]["items"]["items"]["$ref"].removeprefix(f"{PLACE}schemas/")
        return _plain(inner, schemas) + generic[1]
    long = _LONG.fullmatch(name)
    return long[1].capitalize() + long[2] if long else name


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from _objects(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _objects(inner)
