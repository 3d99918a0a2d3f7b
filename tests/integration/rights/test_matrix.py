"""Who may do what to whom: every operation, every role, every relation to what it asks for, against `docs/rights.toml`.

A caller is bound to row 30 (`growth`); row 31 lies in the same village and is somebody else's. An own cell is really
told of its row, or gets beyond the reading of what it sent; nobody else is told of it. Permitted is any answer but 401,
403 and 404, and any item's result does not say the same. Where a door is a bureau's, a department is of it, and another
department is let in nowhere.
"""

from typing import Any

import pytest

from services import NAMES
from tests.conftest import BUREAUS, SERVICES, Door, House
from tests.integration.rights.cells import (
    BORDERLESS,
    CELLS,
    ELSEWHERE,
    LENGTHS,
    RIGHTS,
    ROLES,
    VILLAGE,
    WIDE,
    Cell,
    Operation,
    answer,
    code_of,
    operations,
    permits,
    scopes,
    tells_of,
    token,
    units,
)
from tests.integration.rights.growth import AGAIN, FIRST, LAST, NEWEST, OURS, begin_under, furnish
from tests.integration.rights.requests import NOT_YOURS, SAYS_NOTHING, UNREAD

# A rule of its own speaks against the row at hand, not against the caller's relation to it.
OWN_RULES = ("same_person", "no_grant", "wrong_drafter", "id_taken", "purpose_unknown", "not_of_superiors")
# What a search does not find, it does not tell.
SEARCHES = ("/registry/v1/households/search",)
# Lists of what waits for somebody: which states wait for whom `test_who_decides` walks through.
TASKS = "/tasks"


@pytest.mark.parametrize("service", SERVICES)
async def test_the_table_names_every_door_and_its_roles(house: House, service: str) -> None:
    door = await house.serve(service, "api")
    told = {
        o.name: (sorted(o.told["x-roles"]), sorted(o.told.get("x-units", ())))
        for o in operations(door.app.openapi())
        if o.told["x-roles"]
    }
    assert {name: (sorted(scopes(line)), sorted(units(line))) for name, line in RIGHTS[service].items()} == told


def verdict(operation: Operation, role: str, scope: str | None, cell: Cell, response: Any) -> str:
    """What is wrong with an answer; empty where it is as the table says."""
    if response.status_code >= 500:
        return "broken"
    if scope is None:
        return "" if response.status_code == (403 if role else 401) else "not refused"
    if cell.relation == "own" and scope != "none":
        return _own(operation, scope, response, cell.what)
    if operation.is_sum or _reaches(role, scope, cell):
        return ""
    if operation.method == "GET" or operation.path in SEARCHES:
        return "told" if tells_of(operation, response, cell.what) else ""
    return "permitted" if permits(response, NOT_YOURS + SAYS_NOTHING) else ""


def _reaches(role: str, scope: str, cell: Cell) -> bool:
    if cell.relation == "other":
        return scope in WIDE
    return scope != "none" and (scope in BORDERLESS or LENGTHS.get(role, 6) == 0)


def _own(operation: Operation, scope: str, response: Any, k: int) -> str:
    code = code_of(response).rpartition(".")[2]
    if code in UNREAD:
        return "not read"
    if operation.method == "GET" and not operation.is_sum and not operation.path.endswith(TASKS):
        told = scope in ("all", "office") or code in OWN_RULES or tells_of(operation, response, k)
        return "" if told else "told nothing"
    # Operators' doors name what a log or a parked key alone has.
    nothing_there = "/operations/" in operation.path or code in OWN_RULES
    return "" if nothing_there or permits(response, NOT_YOURS) else "refused"


async def sum_of(door: Door, operation: Operation, role: str, scoped: dict[str, str]) -> str:
    """What is wrong with a sum: who is bound to a row counts it; who is bound to none, the whole area and who is
    elsewhere count otherwise.
    """
    scope = scoped.get(role, "none")
    asked = {"foreign": (role, OURS, ELSEWHERE)} if scope not in BORDERLESS and LENGTHS.get(role, 6) else {}
    if scope not in (*WIDE, "none"):
        asked |= {
            "nobody's": (role, LAST + 1, VILLAGE),
            "all": ("village" if "village" in scoped else "county", OURS, VILLAGE),
        }
    unit = bureau(role, operation)
    own = await answer(door, operation, token(door, role, OURS, VILLAGE, unit), OURS)
    others = {who: await answer(door, operation, token(door, *caller, unit), OURS) for who, caller in asked.items()}
    same = [who for who, other in others.items() if other.text == own.text]
    return f"the sum is {' and '.join(same)}" if same and scope != "none" else ""


def bureau(role: str, operation: Operation) -> str:
    """The unit of a department that may; empty where every one may."""
    return next(iter(operation.told.get("x-units", ())), "") if role == "department" else ""


async def not_refused(door: Door, operation: Operation) -> list[str]:
    """Departments that are let in where others alone may be: of a bureau that doors name, and of none."""
    allowed = operation.told.get("x-units", ())
    others = [unit for unit in ("water", *BUREAUS) if allowed and unit not in allowed]
    asked = {u: await answer(door, operation, token(door, "department", OURS, VILLAGE, u), OURS) for u in others}
    return [unit for unit, said in asked.items() if code_of(said) != "shared.forbidden_unit"]


async def opened(house: House, service: str) -> Door:
    """Behind the gateway stand all others, as full as it, for what it joins of them."""
    if service != "gateway":
        return await house.serve(service, "api")
    for name in NAMES:
        await furnish(house, name)
    upstreams = {name: (await house.listen(name, "api")).address for name in NAMES}
    return await house.serve(service, "api", upstreams=upstreams, limits_factor=1_000_000)


@pytest.mark.parametrize("service", SERVICES)
async def test_every_cell(house: House, service: str) -> None:
    superuser = await furnish(house, service)
    door = await opened(house, service)
    wrong, cells = list[str](), 0
    for operation in operations(door.app.openapi()):
        scoped = scopes(RIGHTS[service].get(operation.name, ""))
        wrong += [f"not refused: department of {unit} {operation.name}" for unit in await not_refused(door, operation)]
        for role, cell in ((r, c) for r in (*ROLES, "") for c in CELLS if operation.told["x-roles"]):
            unit = bureau(role, operation)
            headers = token(door, role, cell.who, cell.village, unit) if role else {}
            if operation.name in AGAIN:
                await superuser.execute(AGAIN[operation.name])
            if scoped.get(role) == "before":
                await begin_under(superuser, service, FIRST)
            response = await answer(door, operation, headers, cell.what)
            if scoped.get(role) == "before":
                await begin_under(superuser, service, NEWEST)
            cells += 1
            said = verdict(operation, role, scoped.get(role), cell, response)
            if operation.is_sum and cell.relation == "own":
                said = said or await sum_of(door, operation, role, scoped)
            if said:
                who = f"{role or 'nobody'} {cell.relation} {operation.name}"
                wrong.append(f"{said}: {who}: {response.status_code} {code_of(response)}")
    assert wrong == [], f"{len(wrong)} of {cells} cells:\n" + "\n".join(wrong)
