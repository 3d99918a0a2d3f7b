"""What no column holds is refused where it comes in: each field of each body, each parameter, each kind of fault."""

import json
import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import cache
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, find, settings
from hypothesis import strategies as st

from tests.conftest import SERVICES, House
from tests.fuzz.grounds import NAMES, Ground, ground_of, narrowed

Path = tuple[str | int, ...]
TEXTS = ("a\0b", "\ud800", "\ufffe", "\ue000", "\u200b", "a\u202eb", "\u2060", "a\ufeff b", "\U000e0041", "\x1b[0m")
DAYS = ("0001-01-01", "9999-12-31", "1899-12-31", "2017-02-30", 1_496_275_200, "2017-06-01T00:00:00Z")
NUMBERS = (2**63, -(2**63) - 1, 10**30, 1.5, float("inf"), float("nan"), "x")
# What JSON tells from a number, and from yes and no; an address does not.
NO_NUMBERS, NO_ANSWERS = ("5", True, 5.0), ("off", "yes", "true", 0, 1, 1.0)

# Of two fields one alone is said, which no schema tells.
EITHER_OR = {
    "/registry/v1/attestations": ("household_no", "number"),
    "/registry/v1/attestations/incomes": ("household_no", "number"),
    "/registry/v1/households/reversals": ("removal_id",),
}


def sample(schema: dict[str, Any], kinds: dict[str, Any]) -> Any:
    """The simplest thing that a schema allows, with all its fields."""
    if "$ref" in schema:
        return sample(kinds[schema["$ref"].rsplit("/", 1)[-1]], kinds)
    if choices := schema.get("anyOf", schema.get("oneOf")):
        return sample(choices[0], kinds)
    if {"const", "enum"} & schema.keys():
        return schema.get("const", schema.get("enum", [None])[0])
    if "type" not in schema:  # whatever JSON can say
        return 1
    of_kind: dict[str, Callable[[], Any]] = {
        "object": lambda: {name: sample(part, kinds) for name, part in schema["properties"].items()},
        # Of words the last: what a list says beside a field of the same words is something else.
        "array": lambda: (
            [schema["items"].get("enum", [None])[-1] or sample(schema["items"], kinds)] * schema.get("minItems", 1)
        ),
        "integer": lambda: int(schema.get("minimum", schema.get("exclusiveMinimum", -1) + 1)),
        "boolean": lambda: True,
        "string": lambda: (
            simplest(schema["pattern"]) if "pattern" in schema else "x" * max(schema.get("minLength", 1), 1)
        ),
    }
    return of_kind[schema["type"]]()


@cache
def simplest(pattern: str) -> str:
    texts = st.from_regex(pattern.removeprefix("^").removesuffix("$"), fullmatch=True)
    return find(
        texts, bool, settings=settings(derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    )


def leaves(schema: dict[str, Any], kinds: dict[str, Any], path: Path = ()) -> Iterator[tuple[Path, tuple[Any, ...]]]:
    """Each plain field, with what it must refuse."""
    if "$ref" in schema:
        yield from leaves(kinds[schema["$ref"].rsplit("/", 1)[-1]], kinds, path)
    elif "anyOf" in schema or "oneOf" in schema:
        yield from leaves(schema.get("anyOf", schema.get("oneOf", ()))[0], kinds, path)
    elif schema.get("type") == "object":
        for name, part in schema["properties"].items():
            yield from leaves(part, kinds, (*path, name))
    elif schema.get("type") == "array":
        yield from leaves(schema["items"], kinds, (*path, 0))
    elif schema.get("format") == "date":
        yield path, (*DAYS, *TEXTS)
    elif schema.get("type") == "integer":
        yield path, (*NUMBERS, *NO_NUMBERS, int(schema.get("maximum", 10**19)) + 1)
    elif schema.get("type") == "boolean":
        yield path, NO_ANSWERS
    elif schema.get("type") == "string" or {"const", "enum"} & schema.keys():
        yield path, TEXTS


def misshapen(schema: dict[str, Any], kinds: dict[str, Any], good: Any) -> Iterator[tuple[Path, Any]]:
    """With a field that nobody knows; without one that is asked for; with nothing in one that says something."""
    if "$ref" in schema:
        yield from misshapen(kinds[schema["$ref"].rsplit("/", 1)[-1]], kinds, good)
    elif "anyOf" in schema or "oneOf" in schema:
        yield from misshapen(schema.get("anyOf", schema.get("oneOf", ()))[0], kinds, good)
    else:
        yield ("not_there",), {**good, "not_there": 1}
        said = {n: part for n, part in schema["properties"].items() if n in good and "const" not in part}
        for name in said.keys() & set(schema.get("required", ())):
            yield (name,), {n: v for n, v in good.items() if n != name}
        for name, part in said.items():
            if not any(choice.get("type") == "null" for choice in part.get("anyOf", ())):
                yield (name,), {**good, name: None}


def put(body: Any, path: Path, value: Any) -> Any:
    changed = deepcopy(body)
    at = changed
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    return changed


async def ask(ground: Ground, method: str, path: str, body: Any) -> httpx.Response:
    sent = {"Content-Type": "application/json", "Idempotency-Key": "k", "If-None-Match": "*"}
    headers = ground.headers(method, path, 0) | sent
    return await ground.door.client.request(
        method, re.sub("{.*?}", NAMES[0], path), headers=headers, content=json.dumps(body).encode()
    )


def bodies(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            content = operation.get("requestBody", {}).get("content", {}).get("application/json")
            if content:
                yield method.upper(), path, content["schema"]


@pytest.mark.parametrize("name", SERVICES)
async def test_no_field_takes_what_it_cannot_hold(house: House, name: str) -> None:
    """Of a batch the item refuses itself and names the field; its neighbours are read."""
    ground, faults, tried = await ground_of(house, name), list[str](), 0
    wide, near = ground.document["components"]["schemas"], narrowed(ground.document)["components"]["schemas"]
    there = {(m, p): schema for m, p, schema in bodies(narrowed(ground.document))}
    for method, path, schema in bodies(ground.document):
        good, item = sample(there[method, path], near), schema
        if is_batch := isinstance(good, dict) and set(good) == {"items"}:
            good, item = good["items"][0], wide[schema["$ref"].rsplit("/", 1)[-1]]["properties"]["items"]["items"]
        good = {n: v for n, v in good.items() if n not in EITHER_OR.get(path, ())} if is_batch else good
        bad = [(place, put(good, place, value)) for place, values in leaves(item, wide) for value in values]
        bad += misshapen(item, wide, good) if is_batch else ()
        judged = await (as_one(ground, method, path, good, bad) if is_batch else one_by_one(ground, method, path, bad))
        tried += len(bad)
        faults += [
            f"{method} {path} {place}: {ascii(body)[:300]}"
            for (place, body), named in zip(bad, judged, strict=True)
            if str(place[0]) not in {n.split(".")[0] for n in named}
        ]
    print(name, tried, "bad fields")  # noqa: T201
    assert "\n".join(faults) == ""


async def as_one(ground: Ground, method: str, path: str, good: Any, bad: list[tuple[Path, Any]]) -> list[set[str]]:
    """The fields for which each item was refused, between two neighbours that were read."""
    answer = await ask(ground, method, path, {"items": [good, *(b for _, b in bad), good]})
    assert answer.status_code == 200, f"{path}: {answer.text}"
    first, *told, last = answer.json()["results"]
    assert "shared.invalid_item" not in (first["code"], last["code"]), f"{path}: {first} {last}"
    assert len(told) == len(bad)
    return [{e["field"] for e in r["errors"]} if r["code"] == "shared.invalid_item" else set() for r in told]


async def one_by_one(ground: Ground, method: str, path: str, bad: list[tuple[Path, Any]]) -> list[set[str]]:
    answers = [await ask(ground, method, path, body) for _, body in bad]
    return [{e["field"] for e in a.json().get("errors", ())} if a.status_code == 422 else set() for a in answers]


def said_in_an_address(schema: dict[str, Any], kinds: dict[str, Any]) -> Iterator[Any]:
    found = dict.fromkeys(v for _, values in leaves(schema, kinds) for v in (*values, *TEXTS))
    return (value for value in found if value not in (*NO_NUMBERS, *NO_ANSWERS))


def targets(document: dict[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    """Of each operation its method and path, a parameter that nobody can read, and the target with it."""
    kinds = document["components"]["schemas"]
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            asked = [p for p in operation.get("parameters", ()) if p["in"] in ("query", "path")]
            numbers = {p["name"]: f"{p['name'].removesuffix('_id')}_no" for p in asked}
            for one in asked:
                # Of an id and a number one alone is said.
                either = {n for n, no in numbers.items() if no in numbers and one["name"] not in (n, no)}
                usual = {p["name"]: sample(p["schema"], kinds) for p in asked if p["required"] or p["name"] in either}
                for value in said_in_an_address(one["schema"], kinds):
                    said = {n: quote(str(v), errors="surrogatepass") for n, v in (usual | {one["name"]: value}).items()}
                    query = [
                        f"{p['name']}={said[p['name']]}" for p in asked if p["in"] == "query" and p["name"] in said
                    ]
                    yield method.upper(), path, one["name"], path.format_map(said) + "?" + "&".join(query)


@pytest.mark.parametrize("name", SERVICES)
async def test_no_parameter_takes_what_it_cannot_hold(house: House, name: str) -> None:
    ground, faults, tried = await ground_of(house, name), list[str](), 0
    for method, path, parameter, target in targets(ground.document):
        answer = await ground.door.client.request(method, target, headers=ground.headers(method, path, 0))
        tried += 1
        if answer.status_code != 422 or parameter not in {e["field"] for e in answer.json().get("errors", ())}:
            faults.append(f"{method} {target}: {answer.status_code}")
    print(name, tried, "bad parameters")  # noqa: T201
    assert "\n".join(faults) == ""
