"""What fields and parameters mean: sentences, units and examples, by the house's own words (`vocabulary.toml`)."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from shared.doors.contract_names import PLACE, schemas_in

FILE = Path(__file__).with_name("vocabulary.toml")
# JSON's types and formats, where neither word nor ending has an example.
BY_FORMAT = {
    "uuid": "018f2d5e-7c1a-7000-8000-000000000001",
    "date": "2017-06-01",
    "date-time": "2017-06-01T09:30:00+08:00",
    "binary": "",
}


class Meaning(NamedTuple):
    """Of a name: its sentence, empty where it is a word that nobody has explained; its unit; an example."""

    says: str
    unit: str
    example: Any


@cache
def vocabulary() -> Mapping[str, Any]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


@cache
def ending_of(name: str) -> str:
    """The longest one that the name has; empty where it has none."""
    return max((e for e in vocabulary()["ending"] if name.endswith(e)), key=len, default="")


@cache
def meaning_of(name: str) -> Meaning:
    known, ending = vocabulary(), ending_of(name)
    told = known["ending"].get(ending, {})
    thing = name.removesuffix(ending).replace("_", " ")
    by_ending = told.get("says", "").format(thing=thing, Thing=thing[:1].upper() + thing[1:])
    return Meaning(
        known["word"].get(name, by_ending),
        known["unit"].get(name, told.get("unit", "")),
        known["example"].get(name, told.get("example")),
    )


def explain(document: dict[str, Any]) -> None:
    """Give every field and parameter its sentence and its unit, where its room gave none; every parameter and
    body an example.
    """
    schemas = document["components"]["schemas"]
    for schema in document["components"]["schemas"].values():
        for inner in schemas_in(schema):
            for name, field in (inner.get("properties") or {}).items():
                _explain(field, name)
    for operations in [*document["paths"].values(), *document.get("webhooks", {}).values()]:
        for operation in operations.values():
            for parameter in operation.get("parameters", []):
                _explain(parameter, parameter["name"])
                parameter.setdefault("example", example(parameter["schema"], parameter["name"], schemas))
            for media in operation.get("requestBody", {}).get("content", {}).values():
                media.setdefault("example", example(media["schema"], "", schemas))


def _explain(told: dict[str, Any], name: str) -> None:
    meaning = meaning_of(name)
    if meaning.says:
        told.setdefault("description", meaning.says)
    if meaning.unit:
        told["x-unit"] = meaning.unit


def example(schema: dict[str, Any], name: str, schemas: Mapping[str, Any]) -> Any:
    """What a value of this name might be: what must be there of it, and what fits."""
    if "$ref" in schema:
        return example(schemas[schema["$ref"].removeprefix(f"{PLACE}schemas/")], name, schemas)
    said = [schema[word] for word in ("example", "const", "default") if schema.get(word) is not None]
    if said or "enum" in schema:
        return (said or schema["enum"])[0]
    several = schema.get("anyOf") or schema.get("oneOf")
    if several:
        return example(several[0], name, schemas)
    if schema.get("type") == "object":
        needed = schema.get("required", list(schema.get("properties", {}))[:1])
        return {n: example(s, n, schemas) for n, s in schema.get("properties", {}).items() if n in needed}
    if schema.get("type") == "array":
        return [example(schema["items"], name.removesuffix("s"), schemas)]
    return _plain(schema, name)


def _plain(schema: dict[str, Any], name: str) -> Any:
    told, kind = meaning_of(name).example, schema.get("type")
    if kind == "boolean":
        return True
    if kind in ("integer", "number"):
        number = told if isinstance(told, int) else 1
        least = schema.get("minimum", schema.get("exclusiveMinimum", number - 1) + 1)
        fits = max(least, min(number, schema.get("maximum", number)))
        # Bounds come as 1.0, which a field that takes whole numbers alone refuses.
        return int(fits) if kind == "integer" else fits
    if schema.get("format") in BY_FORMAT:
        return told if isinstance(told, str) else BY_FORMAT[schema["format"]]
    pattern = schema.get("pattern", "")
    candidates = (told, *vocabulary()["shapes"])
    return next(str(c) for c in candidates if isinstance(c, str) and re.search(pattern, c))[: schema.get("maxLength")]
