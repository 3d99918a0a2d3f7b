"""Who may do what to whom: every operation, every role, every relation to what it asks for, against `rights.toml`.

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

from shared.doors.tokens import sign_token
from tests.conftest import Door, House
from tests.integration.rights.requests import body_of, query_of, refused_items, rows_named
from tests.integration.shared.test_flat import CHECKS, grow

SERVICES = ("registry", "relocation", "finance", "industry", "assessment")
RIGHTS: dict[str, dict[str, str]] = tomllib.loads((Path(__file__).parent / "rights.toml").read_text(encoding="utf-8"))
OURS, THEIRS, LAST = 30, 31, 59
VILLAGE, ELSEWHERE = "140927000001", "140928000001"
ROLES = (
    "county", "township", "village", "team", "helper", "department", "bank", "insurer", "entity", "auditor",
    "surveyor", "villager", "subscriber",
)  # fmt: skip
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


def token(door: Door, role: str, k: int, division: str) -> dict[str, str]:
    claims = {CLAIMS[role]: f"x{k}"} if role in CLAIMS else {}
    area = division[: LENGTHS.get(role, 6)]
    signed = sign_token(door.keys.private, subject=f"x{k}", role=role, area=area, **claims)
    return {"Authorization": f"Bearer {signed}", "Business-Date": "2017-06-01", "Idempotency-Key": "k"}


def operations(document: dict[str, Any]) -> Iterator[Operation]:
    for path, found in sorted(document["paths"].items()):
        for method, told in found.items():
            yield Operation(method.upper(), path, told)


def scopes(line: str) -> dict[str, str]:
    """By role, how far it reaches: `area`, or what it is bound to."""
    return {role: scope for scope, roles in (p.split(":") for p in line.split(";")) for role in roles.split()}


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
    await superuser.execute("UPDATE paired SET days = '[2010-01-01,)'; DELETE FROM revocation")


async def answer(door: Door, operation: Operation, document: dict[str, Any], headers: dict[str, str], k: int) -> Any:
    path = re.sub(r"\{(\w+)\}", lambda m: str(rows_named(m[1], k)), operation.path)
    body = body_of(operation.told, document, k)
    query = query_of(operation.told, document, k)
    return await door.client.request(operation.method, path, params=query, headers=headers, **body)


def permits(response: Any) -> bool:
    """Whether the answer tells, or does, anything."""
    if response.status_code in (401, 403, 404):
        return False
    return not (response.status_code == 200 and refused_items(response))


def tells_of(response: Any, k: int) -> bool:
    return str(UUID(int=k)) in response.text or f'"x{k}"' in response.text


@pytest.mark.parametrize("service", SERVICES)
async def test_every_cell(house: House, service: str) -> None:
    await furnish(house, service)
    door = await house.serve(service, "api")
    document = door.app.openapi()
    wrong = list[str]()
    cells = 0
    for operation in operations(document):
        if not operation.told["x-roles"]:
            continue
        allowed = scopes(RIGHTS[service][operation.name])
        names_rows = (
            "{" in operation.path or bool(query_of(operation.told, document, OURS)) or operation.method != "GET"
        )
        for role in (*ROLES, ""):
            cases = [("own", OURS, OURS, VILLAGE), ("other", OURS, THEIRS, VILLAGE), ("foreign", OURS, OURS, ELSEWHERE)]
            for relation, who, what, division in cases:
                cells += 1
                headers = token(door, role, who, division) if role else {}
                response = await answer(door, operation, document, headers, what)
                scope = allowed.get(role)
                cell = f"{role or 'nobody'} {relation} {operation.name}: {response.status_code} {response.text[:160]}"
                if response.status_code >= 500:
                    wrong.append(cell)
                elif scope is None:
                    if response.status_code != (403 if role else 401):
                        wrong.append(f"not {403 if role else 401}: {cell}")
                elif relation == "own" and not permits(response):
                    wrong.append(f"refused: {cell}")
                elif relation == "other" and scope not in ("area", "all") and operation.method == "GET":
                    if tells_of(response, THEIRS):
                        wrong.append(f"told: {cell}")
                elif relation == "other" and scope not in ("area", "all") and names_rows and permits(response):
                    wrong.append(f"permitted: {cell}")
                elif relation == "foreign" and scope not in ("all", "bank", "drawn") and LENGTHS.get(role, 6) > 0:
                    if operation.method == "GET" and tells_of(response, OURS):
                        wrong.append(f"told: {cell}")
                    if operation.method != "GET" and names_rows and permits(response):
                        wrong.append(f"permitted: {cell}")
    assert wrong == [], f"{len(wrong)} of {cells} cells:\n" + "\n".join(wrong)
