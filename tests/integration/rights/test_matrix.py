"""Who may do what to whom: every operation, every role, every relation to what it asks for, against `docs/rights.toml`.

Row k of every table is household k's, and names subject, unit, bank and person `xk`. A caller is bound to row 30; row
31 lies in the same village and is somebody else's. Permitted is any answer but 401, 403 and 404, and any item's result
does not say the same.
"""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
import pytest

from deploy.document import contracts, services
from shared.doors.tokens import sign_token
from tests.conftest import Door, House
from tests.integration.rights.requests import NOT_YOURS, SAYS_NOTHING, body_of, query_of, refused_items, rows_named
from tests.integration.shared.test_flat import CHECKS, grow

# Rooms whose doors stand under another room's path.
ROOM_OF = {
    "industry.plans": "stations/plans",
    "registry.arrivals": "households/arrivals",
    "registry.changes.departures": "households/departures",
    "registry.changes.removals": "households/removals",
    "registry.claims": "households/claims",
    "registry.contacts": "households/accounts",
    "registry.heads": "households/heads",
    "registry.identification": "identifications",
    "registry.merges": "households/merges",
    "registry.reversals": "households/reversals",
    "registry.splits": "households/splits",
    "registry.transfers": "households/transfers",
    "registry.withdrawals": "identifications/withdrawals",
    "relocation.moves": "allocation/allocations",
}
SERVICES = ("registry", "relocation", "finance", "industry", "assessment")
RIGHTS: dict[str, dict[str, str]] = tomllib.loads(
    (Path(__file__).parents[3] / "docs" / "rights.toml").read_text(encoding="utf-8")
)
OURS, THEIRS, LAST = 30, 31, 59
VILLAGE, ELSEWHERE = "140927000001", "140928000001"
ROLES = (
    "county", "township", "village", "team", "helper", "department", "bank", "insurer", "entity", "auditor",
    "surveyor", "villager", "subscriber",
)  # fmt: skip
# Scopes that reach whatever lies in the area, and those that ask for no area.
WIDE = ("area", "near", "all", "office", "drawn")
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


MAKERS = (
    "SELECT c.relname AS relation, a.attname AS name FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
    " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attname LIKE '%\\_by'"
)
# What must be a word of a list, or a figure of a kind, to be read at all.
FITTING = {
    "each": (
        "UPDATE paired SET days = '[2010-01-01,)'",
        "DELETE FROM revocation",
        "DELETE FROM audit",
        "UPDATE case_step SET outcome = 'passed'",
    ),
    "registry": (
        "UPDATE paper SET state = 'recorded', signature = 'signed'",
        "UPDATE division SET level = 'village', code = '140927' || lpad(substr(code, 2), 6, '0')",
        # Each applied for himself, and nothing lies sealed that no key seals.
        "UPDATE identification SET state = 'applied', seen = NULL",
        "UPDATE identification SET applied_by = 'x' || ('x' || right(id::text, 8))::bit(32)::int",
        "DELETE FROM identification_application",
        "UPDATE household_contact SET phone_sealed = NULL, account_sealed = NULL",
        "UPDATE account_change SET account_sealed = NULL",
        "UPDATE identification_doubt SET kind = 'suspicion'",
        (
            "UPDATE grievance SET recorded_by = person, about_office = NULL, about_subject = NULL,"
            " with_office = 'township'"
        ),
    ),
    "relocation": ("UPDATE paper SET state = 'recorded', signature = 'signed'",),
    "finance": (),
    "industry": (),
    "assessment": ("UPDATE survey_sample SET stratum = 'poor_with_labour'",),
}


class Operation(NamedTuple):
    method: str
    path: str
    told: dict[str, Any]

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"


def token(door: Door, role: str, k: int, division: str) -> dict[str, str]:
    claims: dict[str, Any] = {CLAIMS[role]: f"x{k}"} if role in CLAIMS else {}
    area = division[: LENGTHS.get(role, 6)]
    signed = sign_token(door.keys.private, subject=f"x{k}", role=role, area=area, **claims)
    return {"Authorization": f"Bearer {signed}", "Business-Date": "2017-06-01", "Idempotency-Key": "k"}


def operations(document: dict[str, Any]) -> Iterator[Operation]:
    for path, found in sorted(document["paths"].items()):
        for method, told in found.items():
            yield Operation(method.upper(), path, told)


# A rule of its own speaks against the row at hand, not against the caller's relation to it.
OWN_RULES = ("same_person", "no_grant", "wrong_drafter", "id_taken", "purpose_unknown")
# What a search does not find, it does not tell.
SEARCHES = ("/registry/v1/households/search",)


def scopes(line: str) -> dict[str, str]:
    """By role, how far it reaches: `area`, or what it is bound to."""
    return {
        role: scope.strip() for scope, roles in (p.split(":") for p in line.split(";") if p) for role in roles.split()
    }


@pytest.mark.parametrize("service", SERVICES)
async def test_the_table_names_every_door_and_its_roles(house: House, service: str) -> None:
    door = await house.serve(service, "api")
    told = {o.name: sorted(o.told["x-roles"]) for o in operations(door.app.openapi()) if o.told["x-roles"]}
    assert {name: sorted(scopes(line)) for name, line in RIGHTS[service].items()} == told


async def furnish(house: House, service: str) -> None:
    superuser = await asyncpg.connect(house.cluster.server.url(), database=await house.database(service))
    house.stack.push_async_callback(superuser.close)
    await superuser.execute("SET session_replication_role = replica")
    for check in await superuser.fetch(CHECKS):
        await superuser.execute(f'ALTER TABLE {check["relation"]} DROP CONSTRAINT "{check["name"]}"')
    await grow(superuser, service, 1, LAST)
    # Somebody else made what the caller checks.
    for column in await superuser.fetch(MAKERS):
        await superuser.execute(f"UPDATE {column['relation']} SET \"{column['name']}\" = 'maker'")
    for statement in FITTING[service] + FITTING["each"]:
        await superuser.execute(statement)


async def answer(door: Door, operation: Operation, headers: dict[str, str], k: int) -> Any:
    path = re.sub(r"\{(\w+)\}", lambda m: str(rows_named(m[1], k)), operation.path)
    body = body_of(operation.told, k)
    query = query_of(operation.told, k)
    return await door.client.request(operation.method, path, params=query, headers=headers, **body)


def permits(response: Any, refusals: tuple[str, ...] = NOT_YOURS) -> bool:
    """Whether the answer tells, or does, anything."""
    if response.status_code in (401, 403, 404) or code_of(response).rpartition(".")[2] in refusals:
        return False
    return not (response.status_code == 200 and refused_items(response, refusals))


def code_of(response: Any) -> str:
    """Why it, or its first item, was refused."""
    said = response.json() if response.content.startswith(b"{") else {}
    first: dict[str, Any] = next(iter(said.get("results") or ()), {})
    return str(said.get("code") or first.get("code") or "")


def tells_of(response: Any, k: int) -> bool:
    return str(UUID(int=k)) in response.text or f'"x{k}"' in response.text


class Cell(NamedTuple):
    """A caller bound to row `who`, in a village, asks for row `what`."""

    relation: str
    who: int
    what: int
    village: str


CELLS = (Cell("own", OURS, OURS, VILLAGE), Cell("other", OURS, THEIRS, VILLAGE), Cell("foreign", OURS, OURS, ELSEWHERE))


def verdict(operation: Operation, role: str, scope: str | None, cell: Cell, response: Any) -> str:
    """What is wrong with an answer; empty where it is as the table says.

    Rows made of numbers alone fit no rule: what comes after authorisation may be any answer, and is permitted.
    """
    if scope is None:
        return "" if response.status_code == (403 if role else 401) else "not refused"
    if cell.relation == "own":
        # Operators' doors name what a log or a parked key alone has.
        nothing_there = "/operations/" in operation.path or code_of(response).rsplit(".", 1)[-1] in OWN_RULES
        return "" if permits(response) or nothing_there else "refused"
    reaches = scope in WIDE if cell.relation == "other" else scope in BORDERLESS or LENGTHS.get(role, 6) == 0
    if reaches:
        return ""
    if operation.method == "GET" or operation.path in SEARCHES:
        return "told" if tells_of(response, cell.what) else ""
    return "permitted" if permits(response, NOT_YOURS + SAYS_NOTHING) else ""


@pytest.mark.parametrize("service", SERVICES)
async def test_every_cell(house: House, service: str) -> None:
    await furnish(house, service)
    door = await house.serve(service, "api")
    document = door.app.openapi()
    wrong, cells = list[str](), 0
    for operation in operations(document):
        scoped = scopes(RIGHTS[service].get(operation.name, ""))
        for role, cell in ((r, c) for r in (*ROLES, "") for c in CELLS if operation.told["x-roles"]):
            headers = token(door, role, cell.who, cell.village) if role else {}
            response = await answer(door, operation, headers, cell.what)
            cells += 1
            if said := verdict(operation, role, scoped.get(role), cell, response):
                who = f"{role or 'nobody'} {cell.relation} {operation.name}"
                wrong.append(f"{said}: {who}: {response.status_code} {code_of(response)}")
    assert wrong == [], f"{len(wrong)} of {cells} cells:\n" + "\n".join(wrong)


def test_whoever_takes_a_step_can_read_what_he_decides_about() -> None:
    """Some door of the procedure's room shows its cases to each role that acts in them."""
    told = contracts()
    blind = list[str]()
    for procedure in (p for house in services() for p in house.procedures):
        room = "/".join(("", procedure.service, "v1", ROOM_OF.get(procedure.name, procedure.name.split(".")[1])))
        readers = {
            role
            for o in operations(told[procedure.service])
            if o.method == "GET" and (o.path == room or o.path.startswith(f"{room}/")) and "/summary" not in o.path
            for role in o.told["x-roles"]
        }
        actors = {role for steps in procedure.versions for step in steps for role in step.roles}
        blind += [f"{procedure.name}: {role}" for role in sorted(actors - readers)]
    assert blind == []
