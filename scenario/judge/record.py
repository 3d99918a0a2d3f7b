"""A year by human numbers: what two plays of one seed have in common to the digit, whichever log carried the facts.

A line for each thing; ids, which are random, give way to the number or name of what they stand for, or to nothing.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

from scenario.api import Api
from scenario.judge.targets import JUDGE, YEAR
from services import NAMES

FILE = "record.jsonl"
LISTS = {
    "household": "/registry/v1/households",
    "exit": "/registry/v1/exits",
    "village": "/registry/v1/villages",
    "arrival": "/registry/v1/households/arrivals",
    "departure": "/registry/v1/households/departures",
    "sheet": "/registry/v1/income-sheets",
    "attestation": "/registry/v1/attestations",
    "attested": "/registry/v1/attestations/incomes",
    "overruled": "/registry/v1/attestations/overruled",
    "finding": "/registry/v1/findings",
    "return": "/registry/v1/amendments?kind=return",
    "deeply_poor": "/registry/v1/deep-poverty",
    "loan": "/finance/v1/loans",
    "hold": "/finance/v1/holds",
    "application": "/relocation/v1/applications",
    "flat": "/relocation/v1/allocation/allocations",
    "homestead": "/relocation/v1/homesteads",
    "payment": "/industry/v1/payouts/lines",
    "post": "/industry/v1/posts/assignments",
    "case": "/assessment/v1/cases",
    "asked": "/assessment/v1/surveys/samples",
    "helper": f"/assessment/v1/scoring/scores?year={YEAR}&kind=helper",
    "unit": f"/assessment/v1/scoring/scores?year={YEAR}&kind=unit",
}
# What people call things by, in whose lists it stands.
CALLED = {
    "/relocation/v1/sites": "name_zh",
    "/industry/v1/stations": "name_zh",
    "/assessment/v1/teams/units": "code",
    "/assessment/v1/teams/cadres": "subject",
}
# Numbers by arrival and references by chance, like ids: nothing goes by them.
LEFT_OUT = ("loan_no", "reference", "borrower", "signed_by", "person")
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


async def record(api: Api, numbers: Mapping[str, str], judged: Mapping[str, list[dict[str, Any]]]) -> list[str]:
    """Lines in an order of their own. `numbers`: household number by id; `judged`: the year's targets and quality."""
    moving = api.pages(JUDGE, LISTS["application"])
    names = dict(numbers) | {a["id"]: numbers[a["household_id"]] async for a in moving}
    for path, name in CALLED.items():
        names |= {row["id"]: row[name] async for row in api.pages(JUDGE, path)}
    lines = [_line(kind, row, names) for kind, rows in judged.items() for row in rows]
    async for kind, row in _things(api):
        lines.append(_line(kind, row, names))
    return sorted(lines)


async def _things(api: Api) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    for kind, path in LISTS.items():
        async for row in api.pages(JUDGE, path):
            yield kind, row
    for service in NAMES:
        async for row in api.pages(JUDGE, f"/{service}/v1/operations/decisions"):
            yield "decision", row


def _line(kind: str, row: Mapping[str, Any], names: Mapping[str, str]) -> str:
    return json.dumps([kind, by_number(row, names)], ensure_ascii=False, sort_keys=True)


def by_number(said: Any, names: Mapping[str, str]) -> Any:
    """The same without ids; lists of them in the order of what they stand for."""
    match said:
        case str():
            return _ID.sub(lambda found: names.get(found[0], ""), said)
        case Mapping():
            return {k: by_number(v, names) for k, v in said.items() if k not in LEFT_OUT}
        case list():
            found = [by_number(each, names) for each in said]
            return sorted(found) if said and all(isinstance(s, str) and _ID.fullmatch(s) for s in said) else found
    return said


def digest(lines: list[str]) -> str:
    """SHA-256 of the file."""
    return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()


def write_record(lines: list[str], state: Path) -> None:
    (state / FILE).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def read_record(state: Path) -> list[str]:
    """Raises OSError where no year was judged there."""
    return (state / FILE).read_text(encoding="utf-8").splitlines()


def differences(first: list[str], second: list[str]) -> dict[str, tuple[list[str], list[str]]]:
    """By kind, the lines that one year has and the other has not."""
    ours, others = Counter(first), Counter(second)
    found: dict[str, tuple[list[str], list[str]]] = {}
    for side, only in enumerate((ours - others, others - ours)):
        for line in sorted(only.elements()):
            found.setdefault(json.loads(line)[0], ([], []))[side].append(line)
    return found
