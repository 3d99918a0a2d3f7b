"""Projects of the villages: the county plans, villages report, townships measure, the county spends.

The county office knows what was planned, the village what it says, the township what it measured.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Protocol

from scenario.actors import county, townships
from scenario.actors.patience import named, send
from scenario.actors.villages import Village
from scenario.api import Api

DOOR = "/industry/v1/projects"


class Entity(Protocol):
    key: str
    code: str
    name_zh: str
    kind: str
    leading: bool


class Project(Protocol):
    key: str
    kind: str
    division: str
    entity: str | None
    planned_x100: int
    budget_fen: int
    item: str | None
    name_zh: str


class Spending(Protocol):
    key: str
    project: str
    amount_fen: int
    spent_on: date
    purpose: str


class Part(Protocol):
    key: str
    kind: str
    household_no: str
    quantity_x100: int
    started_on: date


def project_id(key: str) -> str:
    return named("project", key)


def report_id(key: str) -> str:
    """A project is reported once, when it has come to its end."""
    return named("report", key)


def part_id(key: str) -> str:
    return named("participation", key)


async def register_entities(api: Api, entities: Iterable[Entity]) -> None:
    items = [
        {"id": named("entity", e.key), "code": e.code, "name_zh": e.name_zh, "kind": e.kind, "leading": e.leading}
        for e in entities
    ]
    await send(api, county.PLANNER, f"{DOOR}/entities", items, "PUT")


async def plan(api: Api, projects: Iterable[Project]) -> None:
    items = [
        {
            "id": project_id(p.key), "kind": p.kind, "division": p.division,
            "entity_id": named("entity", p.entity) if p.entity else None, "planned_x100": p.planned_x100,
            "budget_fen": p.budget_fen, "item": p.item or (p.name_zh if p.kind == "product" else None),
        }
        for p in projects
    ]  # fmt: skip
    await send(api, county.PLANNER, DOOR, items)


async def report(api: Api, village: str, said: Mapping[str, int], day: date) -> None:
    """`said`: what the village says was done, by the project's key."""
    items = [
        {
            "id": report_id(key), "project_id": project_id(key), "quantity_x100": quantity,
            "reported_on": day.isoformat(),
        }
        for key, quantity in said.items()
    ]  # fmt: skip
    await send(api, Village(village).clerk, f"{DOOR}/reports", items)


async def accept(api: Api, township: str, measured: Mapping[str, int], day: date) -> None:
    """`measured`: what was found on the spot, by the project's key."""
    items = [
        {"id": report_id(key), "quantity_x100": quantity, "accepted_on": day.isoformat()}
        for key, quantity in measured.items()
    ]
    await send(api, townships.officer(township), f"{DOOR}/acceptances", items)


async def take_part(api: Api, village: str, parts: Sequence[tuple[Part, str]], known: Mapping[str, str]) -> None:
    """`parts`: each with the key of its project."""
    items = [
        {
            "id": part_id(part.key), "project_id": project_id(project), "household_id": known[part.household_no],
            "quantity_x100": part.quantity_x100, "started_on": part.started_on.isoformat(),
        }
        for part, project in parts
    ]  # fmt: skip
    await send(api, Village(village).clerk, f"{DOOR}/participations", items)


async def accept_parts(api: Api, township: str, found: Mapping[str, int], day: date) -> None:
    """`found`: what there is of each part, by its key; of some there is nothing any more."""
    items = [
        {
            "id": part_id(key), "confirmed": quantity > 0, "quantity_x100": quantity,
            "accepted_on": day.isoformat(),
        }
        for key, quantity in found.items()
    ]  # fmt: skip
    await send(api, townships.officer(township), f"{DOOR}/participations/acceptances", items)


async def spend(api: Api, spendings: Iterable[Spending]) -> None:
    """What somebody asks of a budget; the county pays as long as there is something."""
    items: list[dict[str, Any]] = [
        {
            "id": named("spending", s.key), "project_id": project_id(s.project), "amount_fen": s.amount_fen,
            "spent_on": s.spent_on.isoformat(), "purpose": s.purpose,
        }
        for s in spendings
    ]  # fmt: skip
    await send(api, county.DECIDER, f"{DOOR}/spendings", items)
