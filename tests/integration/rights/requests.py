"""Requests about row k of everything, made of a document alone."""

import re
from typing import Any
from uuid import UUID

from tests.roster_file import book, content, household, number, person

NOT_YOURS = (
    "not_found", "household_unknown", "outside_area", "forbidden", "not_paired", "wrong_role", "unknown", "other_trade",
    "wrong_unit", "id_taken", "not_the_subject", "loan_unknown", "unit_unknown", "wrong_place", "not_in_case",
    "not_the_helper", "purpose_unknown",
)  # fmt: skip
# Refused before it was known what is asked for: a sample must get further.
UNREAD = ("invalid_item", "unreadable", "headings_missing", "invalid_input")
# Refused before anything was looked up: the item alone says why, whoever sends it.
SAYS_NOTHING = (
    "no_partys_step",
    "no_rounds",
    "unknown_kind",
    "same_person",
    "future_date",
    "not_held",
    "serial_reused",
    "wrong_channel",
)
UUID_LIKE = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NAMES_A_ROW = re.compile(r"id|(.*_)?(id|division|bank|unit|subject|person|reference|entity_code|owner_code|loan_no)")
# Of a list or of one: by its id, where a number would do as well.
NAMES_ASKED = ("household_id", "subject_id", "loan_id")
HASH = "0" * 64
VALUES: dict[str, Any] = {
    "year": 2017, "income_year": 2016, "cohort": 2017, "month_on": "2017-05-01", "quarter_end_on": "2017-03-20",
    "scan_sha256": HASH, "sha256": HASH, "policy": "medical_insurance",
    "month": "2017-05",
}  # fmt: skip
# What a sample names instead: an address that needs no look at a name server, a subject that calls at no other door.
INSTEAD = {
    "/subscriptions": {"url": "https://8.8.8.8/exits"},
    "/revocations": {"subject": "somebody"},
}
# What stands in a file no document shows.
FILES = {
    "/registry/v1/attestations/files": "户编号,起始日期,依据文号,饮水安全\nx30,2017-05-01,神水字1号,是\n".encode(),
    "/registry/v1/matches/files": f"证件号码\n{number()}\n".encode(),
    "/registry/v1/roster/imports": content(book(household("1", person()))),
    "/registry/v1/national/lists": content(book(household("1", person()))),
    "/industry/v1/payouts/batches/{batch_id}/return": (
        b"line_no,amount_yuan,result,code,paid_on\n30,0.30,paid,,2017-06-01\ntotal,1,0.30\n"
    ),
}


def rows_named(name: str, k: int, shape: dict[str, Any] | None = None) -> Any:
    """What a field of this name says of row k."""
    shape = shape or {}
    if name.endswith("division") or name == "to_division":
        return f"140927{k // 25:06}"
    if name in VALUES:
        return VALUES[name]
    if "enum" in shape:
        return shape["enum"][0]
    if shape.get("format") == "date-time":
        return "2017-01-01T00:00:00+08:00"
    if shape.get("format") == "uuid" or name == "id" or name.endswith("_id"):
        return str(UUID(int=k))
    return f"x{k}"


def about(told: Any, k: int, name: str = "") -> Any:
    """An example of the document's, about row k."""
    if isinstance(told, dict):
        return {n: about(v, k, n) for n, v in told.items()}
    if isinstance(told, list):
        return [about(v, k, name) for v in told]
    if name in VALUES:
        return VALUES[name]
    if isinstance(told, str) and (NAMES_A_ROW.fullmatch(name) or UUID_LIKE.fullmatch(told)):
        return rows_named(name, k, {"format": "uuid"} if UUID_LIKE.fullmatch(told) else None)
    return told


def body_of(path: str, told: dict[str, Any], k: int) -> dict[str, Any]:
    kinds = told.get("requestBody", {}).get("content", {})
    if "application/json" in kinds:
        shown = kinds["application/json"]
        told = shown["example"] if "example" in shown else next(iter(shown["examples"].values()))["value"]
        return {"json": about(told, k) | INSTEAD.get(path, {})}
    return {"content": FILES[path]} if kinds else {}


def query_of(told: dict[str, Any], k: int) -> dict[str, Any]:
    """What must be said, and whatever names a row."""
    found = {}
    for parameter in told.get("parameters", ()):
        name, shape = parameter["name"], parameter["schema"]
        if parameter["in"] == "query" and (parameter.get("required") or name in NAMES_ASKED):
            found[name] = str(UUID(int=k)) if name == "subject_id" else rows_named(name, k, shape)
    return found


def refused_items(response: Any, codes_meant: tuple[str, ...]) -> bool:
    """Whether a batch refused its items for these reasons alone."""
    answer = response.json() if response.headers.get("content-type", "").startswith("application/json") else None
    results = answer.get("results") if isinstance(answer, dict) else None
    if not results:
        return False
    codes = [str(r.get("code") or "") for r in results if r.get("status") == "refused"]
    return len(codes) == len(results) and all(c.rsplit(".", 1)[-1] in codes_meant for c in codes)
