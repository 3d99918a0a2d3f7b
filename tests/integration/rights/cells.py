"""The table of rights, who asks by it, and what an answer says: what every test of rights reads."""

import io
import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import openpyxl

from shared.doors.tokens import sign_token
from tests.conftest import Door
from tests.integration.rights.growth import OURS, THEIRS
from tests.integration.rights.requests import body_of, query_of, refused_items, rows_named

RIGHTS: dict[str, dict[str, str]] = tomllib.loads(
    (Path(__file__).parents[3] / "docs" / "rights.toml").read_text(encoding="utf-8")
)
VILLAGE, ELSEWHERE = "140927000001", "140928000001"
ROLES = (
    "county", "township", "village", "team", "helper", "department", "bank", "insurer", "entity", "auditor",
    "surveyor", "villager", "subscriber",
)  # fmt: skip
# What is shown of a place, and of nobody in it.
OF_PLACES = (
    "/registry/v1/entitlement-gaps",
    "/registry/v1/screenings",
    "/registry/v1/targets",
    "/registry/v1/villages",
    "/registry/v1/villages/{division}",
)
OF_TOWNSHIPS = "/townships"
ONES_OF_TOWNSHIPS = ("/registry/v1/townships", "/registry/v1/townships/{division}")
# Scopes that reach whatever lies in the area, and those that ask for no area.
WIDE = ("area", "near", "all", "office", "drawn", "before")
BORDERLESS = ("all", "near", "office", "self", "bank", "drawn", "unit")
LENGTHS = {
    "township": 9,
    "village": 12,
    "team": 12,
    "helper": 12,
    "villager": 12,
    "bank": 0,
    "insurer": 0,
    "subscriber": 6,
}
CLAIMS = {"bank": "bank", "entity": "unit", "department": "unit", "villager": "person"}


class Operation(NamedTuple):
    method: str
    path: str
    told: dict[str, Any]

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def is_sum(self) -> bool:
        """Whether it names no row, but counts them."""
        return self.path.endswith(("/summary", "/figures"))


class Cell(NamedTuple):
    """A caller bound to row `who`, in a village, asks for row `what`."""

    relation: str
    who: int
    what: int
    village: str


CELLS = (Cell("own", OURS, OURS, VILLAGE), Cell("other", OURS, THEIRS, VILLAGE), Cell("foreign", OURS, OURS, ELSEWHERE))


def operations(document: dict[str, Any]) -> Iterator[Operation]:
    """Those that only look come first, and see the rows as they grew; what takes them away comes last."""
    found = [Operation(m.upper(), path, told) for path, by in document["paths"].items() for m, told in by.items()]
    yield from sorted(found, key=lambda o: (o.method != "GET", o.method == "DELETE", o.path, o.method))


def scopes(line: str) -> dict[str, str]:
    """By role, how far it reaches: `area`, or what it is bound to."""
    return {
        role.partition("(")[0]: scope.strip()
        for scope, roles in (p.split(":") for p in line.split(";") if p)
        for role in roles.split()
    }


def units(line: str) -> list[str]:
    """Whose departments alone may: `department(finance)`; none where every one may."""
    return [unit for found in re.findall(r"department\((.+?)\)", line) for unit in found.split(",")]


def token(door: Door, role: str, k: int, division: str, unit: str = "") -> dict[str, str]:
    """Bound to row k; a department of the `unit` where one is named."""
    claims: dict[str, Any] = {CLAIMS[role]: f"x{k}"} if role in CLAIMS else {}
    claims |= {"unit": unit} if unit else {}
    area = division[: LENGTHS.get(role, 6)]
    signed = sign_token(door.keys.private, subject=f"x{k}", role=role, area=area, **claims)
    said = {"Business-Date": "2017-06-01", "Idempotency-Key": "k", "If-Match": "*"}
    return said | {"Authorization": f"Bearer {signed}"}


async def answer(door: Door, operation: Operation, headers: dict[str, str], k: int) -> Any:
    path = re.sub(r"\{(\w+)\}", lambda m: str(rows_named(m[1], k)), operation.path)
    body = body_of(operation.path, operation.told, k)
    if OF_TOWNSHIPS in operation.path:
        village, township = rows_named("division", k), rows_named("division", k)[:9]
        path, body = path.replace(village, township), json.loads(json.dumps(body).replace(village, township))
    query = query_of(operation.told, k)
    return await door.client.request(operation.method, path, params=query, headers=headers, **body)


def permits(response: Any, refusals: tuple[str, ...]) -> bool:
    """Whether the answer tells, or does, anything."""
    if response.status_code in (401, 403, 404) or code_of(response).rpartition(".")[2] in refusals:
        return False
    return not (response.status_code == 200 and refused_items(response, refusals))


def code_of(response: Any) -> str:
    """Why it, or its first item, was refused."""
    said = response.json() if response.content.startswith(b"{") else {}
    first: dict[str, Any] = next(iter(said.get("results") or ()), {})
    return str(said.get("code") or first.get("code") or "")


def written(content: bytes) -> set[str]:
    """What stands in the cells of a workbook."""
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
    return {str(value) for sheet in book for row in sheet.iter_rows(values_only=True) for value in row}


def tells_of(operation: Operation, response: Any, k: int) -> bool:
    """Whether an answer names the row, or the village where that is all that is known of it."""
    if "spreadsheet" in response.headers.get("content-type", ""):
        # One that is named is given whole, or not at all.
        return "{" in operation.path or f"x{k}" in written(response.content)
    if operation.path in ONES_OF_TOWNSHIPS:
        return response.status_code == 200 and f'"{rows_named("division", k)[:9]}"' in response.text
    if operation.path in OF_PLACES:
        return response.status_code == 200 and rows_named("division", k) in response.text
    return str(UUID(int=k)) in response.text or f'"x{k}"' in response.text
