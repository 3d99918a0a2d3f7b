"""Who comes into the register: the newborn and the married in, whom a village reports, and households that ask to be
registered.

The steps of an application are by different people: who writes it down, who visits, who chairs the meeting, who checks.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from scenario.actors import county
from scenario.actors.patience import named, send
from scenario.actors.townships import officer
from scenario.actors.villages import Village
from scenario.api import Api, Who

IDENTIFICATIONS, ARRIVALS = "/registry/v1/identifications", "/registry/v1/households/arrivals"


class Person(Protocol):
    name: str
    id_number: str
    born_on: date
    relation: str
    ethnicity: str
    education: str
    in_school: str
    health: str
    labour: str
    work_area: str
    work_months: int
    medical_insured: bool
    pension_insured: bool


class Income(Protocol):
    wage_fen: int
    business_fen: int
    property_fen: int
    transfer_fen: int
    business_cost_fen: int


class Applicant(Protocol):
    key: str
    village_code: str
    people: Sequence[Person]
    income_2017: Income
    house_grade: str
    by_himself: bool
    voted_in: bool


def _person(member: Person) -> dict[str, Any]:
    away = "" if member.work_area == "none" else member.work_area
    return {
        "name": member.name, "number": member.id_number, "ethnicity": member.ethnicity, "education": member.education,
        "school_status": member.in_school, "health": member.health, "labour": member.labour, "work_place": away,
        "work_months": member.work_months, "medical_insured": member.medical_insured,
        "pension_insured": member.pension_insured,
    }  # fmt: skip


def _earned(income: Income) -> dict[str, int]:
    names = ("wage_fen", "business_fen", "property_fen", "transfer_fen", "business_cost_fen")
    return {name: getattr(income, name) for name in names}


@dataclass(frozen=True, slots=True)
class Joined:
    """Who joined a household, by its id, on which day and why."""

    household_id: str
    person: Person
    on: date
    reason: str


async def report_arrivals(api: Api, village: Village, joined: Iterable[Joined]) -> None:
    items = [
        {
            "id": named(one.reason, one.person.id_number), "household_id": one.household_id, "reason": one.reason,
            "joined_on": one.on.isoformat(), "relation": one.person.relation, "person": _person(one.person),
        }
        for one in joined
    ]  # fmt: skip
    await send(api, village.clerk, ARRIVALS, items)


async def confirm_arrivals(api: Api, township: str, joined: Iterable[Joined]) -> None:
    items = [{"id": named(one.reason, one.person.id_number), "confirmed": True} for one in joined]
    await send(api, officer(township), f"{ARRIVALS}/confirmations", items)


def case_of(applicant: Applicant) -> str:
    return named("identification", applicant.key)


async def apply(api: Api, village: Village, applicants: Sequence[Applicant]) -> None:
    """Some at the counter for themselves; for the others the bookkeeper writes it down."""
    written = [a for a in applicants if not a.by_himself]
    await send(api, village.who("bookkeeper", "village"), IDENTIFICATIONS, [_application(a) for a in written])
    for one in applicants:
        if one.by_himself:
            himself = Who(f"applicant-{one.key}", "villager", village.code, person=f"applicant-{one.key}")
            await send(api, himself, IDENTIFICATIONS, [_application(one)])


def _application(applicant: Applicant) -> dict[str, Any]:
    return {
        "id": case_of(applicant), "division": applicant.village_code, "attribute": "general", "main_cause": "funds",
        "house_grade": applicant.house_grade, "safe_water": True, "electricity": True,
        "people": [_person(m) | {"relation": m.relation} for m in applicant.people],
    } | _earned(applicant.income_2017)  # fmt: skip


async def visit(api: Api, village: Village, applicants: Sequence[Applicant]) -> None:
    """The clerk looks for himself."""
    seen = {"evidence": "visit", "food_secure": True, "clothing_secure": True, "safe_water": True}
    items = [{"id": case_of(a), "house_grade": a.house_grade} | seen | _earned(a.income_2017) for a in applicants]
    await send(api, village.clerk, f"{IDENTIFICATIONS}/visits", items)


async def vote(api: Api, village: Village, applicants: Sequence[Applicant], voters: int) -> None:
    """One meeting, one list; some are voted down."""
    present = max(1, voters * 4 // 5)
    items = [
        {
            "id": case_of(a), "entitled": voters, "present": present, "recused": 0,
            "in_favour": present * 9 // 10 or 1 if a.voted_in else present // 4,
        }
        for a in applicants
    ]  # fmt: skip
    await send(api, village.chair, f"{IDENTIFICATIONS}/votes", items)


async def take_on(api: Api, who: Who, state: str, door: str, **said: Any) -> None:
    """Every case of the area in that state takes its next step."""
    cases = [c async for c in api.pages(who, f"{IDENTIFICATIONS}?state={state}")]
    await send(api, who, f"{IDENTIFICATIONS}/{door}", [{"id": c["id"]} | said for c in cases])


async def entered(api: Api) -> list[dict[str, Any]]:
    """Applications of households that are in the register now."""
    return [c async for c in api.pages(county.PLANNER, f"{IDENTIFICATIONS}?state=entered")]
