"""Requests about row k of everything, made of a document alone."""

from typing import Any
from uuid import UUID

NOT_YOURS = (
    "not_found", "household_unknown", "outside_area", "forbidden", "not_paired", "wrong_role", "unknown", "other_trade",
    "id_taken", "not_the_subject", "loan_unknown", "unit_unknown", "wrong_place", "not_in_case", "not_the_helper",
)  # fmt: skip
# Refused before anything was looked up: the item alone says why, whoever sends it.
SAYS_NOTHING = ("invalid_item", "no_partys_step", "no_rounds", "unknown_kind", "same_person", "future_date", "not_held")
HASH = "0" * 64
VALUES: dict[str, Any] = {
    "year": 2017, "income_year": 2017, "cohort": 2017, "month_on": "2017-05-01", "quarter_end_on": "2017-03-31",
    "scan_sha256": HASH, "sha256": HASH,
}  # fmt: skip


def rows_named(name: str, k: int, shape: dict[str, Any] | None = None) -> Any:
    """What a field of this name says of row k."""
    shape = shape or {}
    if name.endswith("division") or name == "to_division":
        return f"140927{k // 25:06}"
    if name in VALUES:
        return VALUES[name]
    if shape.get("format") == "uuid" or name == "id" or name.endswith("_id"):
        return str(UUID(int=k))
    return f"x{k}"


def resolved(shape: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in shape:
        shape = document["components"]["schemas"][shape["$ref"].rsplit("/", 1)[1]]
    return shape


def value_of(name: str, shape: dict[str, Any], document: dict[str, Any], k: int) -> Any:  # noqa: PLR0911 - one a type
    shape = resolved(shape, document)
    for several in ("anyOf", "oneOf", "allOf"):
        if several in shape:
            return value_of(name, next(s for s in shape[several] if s.get("type") != "null"), document, k)
    if "const" in shape:
        return shape["const"]
    if "enum" in shape:
        return shape["enum"][0]
    match shape.get("type"):
        case "object":
            needed = shape.get("required", ())
            return {n: value_of(n, s, document, k) for n, s in shape.get("properties", {}).items() if n in needed}
        case "array":
            least = max(1, shape.get("minItems", 1))
            return [value_of(name, shape.get("items", {}), document, k) for _ in range(least)]
        case "boolean":
            return True
        case "integer":
            return VALUES.get(name, max(1, shape.get("minimum", 1), shape.get("exclusiveMinimum", 0) + 1))
    if shape.get("format") == "date":
        return VALUES.get(name, "2017-05-01")
    if shape.get("format") == "date-time":
        return "2017-05-01T08:00:00+08:00"
    if "pattern" in shape or shape.get("format") == "uuid":
        return fitting(name, shape, k)
    return str(rows_named(name, k, shape)).ljust(shape.get("minLength", 0), "x")


PATTERNS = {r"^\d{12}$": "140927{village:06}", r"^[0-9]{12}$": "140927{village:06}", r"^[0-9a-f]{64}$": HASH}


def fitting(name: str, shape: dict[str, Any], k: int) -> str:
    pattern = shape.get("pattern", "")
    if pattern in PATTERNS:
        return PATTERNS[pattern].format(village=k // 25)
    return str(rows_named(name, k, shape))


def body_of(told: dict[str, Any], document: dict[str, Any], k: int) -> dict[str, Any]:
    content = told.get("requestBody", {}).get("content", {})
    if "application/json" in content:
        return {"json": value_of("", content["application/json"]["schema"], document, k)}
    return {"content": b"x"} if content else {}


def query_of(told: dict[str, Any], document: dict[str, Any], k: int) -> dict[str, Any]:
    """What must be said, and whatever names a row."""
    found = {}
    for parameter in told.get("parameters", ()):
        name, shape = parameter["name"], parameter["schema"]
        if parameter["in"] == "query" and (parameter.get("required") or name in ("household_id", "subject_id")):
            found[name] = str(UUID(int=k)) if name == "subject_id" else value_of(name, shape, document, k)
    return found


def refused_items(response: Any) -> bool:
    """Whether a batch refused its items as nobody's of the caller's."""
    answer = response.json() if response.headers.get("content-type", "").startswith("application/json") else None
    results = answer.get("results") if isinstance(answer, dict) else None
    if not results:
        return False
    codes = [str(r.get("code") or "") for r in results if r.get("status") == "refused"]
    return len(codes) == len(results) and all(c.rsplit(".", 1)[-1] in NOT_YOURS + SAYS_NOTHING for c in codes)
