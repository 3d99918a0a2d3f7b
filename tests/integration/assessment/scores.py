"""A county to be assessed: units with their teams and helpers, and what they did, as other rooms would leave it."""

import hashlib
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx

from tests.conftest import Door, House

VILLAGE = "140927200201"
SCORING = "/assessment/v1/scoring"
APPEALS = "/assessment/v1/appeals"
NEW_YEAR = date(2017, 1, 1)
DECEMBER = "2017-12-31"


class County:
    """Rows laid down by the owner's hand; nothing here acts."""

    def __init__(self, owner: asyncpg.Connection) -> None:
        self.owner = owner

    async def insert(self, table: str, **columns: Any) -> None:
        places = ", ".join(f"${i}" for i, _ in enumerate(columns, 1))
        names = ", ".join(columns)
        await self.owner.execute(f"INSERT INTO {table} ({names}) VALUES ({places})", *columns.values())

    async def unit(self, kind: str = "stationed", division: str = VILLAGE) -> UUID:
        one = uuid4()
        await self.insert(
            "unit", id=one, code=str(one), name_zh="县直单位", kind=kind, division=division, set_on=NEW_YEAR, set_by="x"
        )
        return one

    async def cadre(
        self, unit_id: UUID, role: str = "helper", subject: str = "", starts_on: date = NEW_YEAR,
        division: str = VILLAGE,
    ) -> UUID:  # fmt: skip
        one = uuid4()
        await self.insert(
            "cadre", id=one, subject=subject or str(one), unit_id=unit_id, role=role, division=division,
            starts_on=starts_on, set_on=NEW_YEAR, set_by="x",
        )  # fmt: skip
        return one

    async def household(self) -> UUID:
        one = uuid4()
        await self.insert(
            "household", id=one, division=VILLAGE, status="poor", members=3, has_labour=True, borrower_age_ok=True,
            needs_accessible=False, deep_poverty=False, relocated=False,
        )  # fmt: skip
        return one

    async def pair(
        self, cadre_id: UUID, household_id: UUID | None = None, since: date = NEW_YEAR, until: date | None = None
    ) -> UUID:
        """A household of this helper's from a day until before another."""
        one = household_id or await self.household()
        await self.insert(
            "pairing", id=uuid4(), household_id=one, division=VILLAGE, cadre_id=cadre_id,
            valid=asyncpg.Range(since, until), assigned_on=since, assigned_by="x",
        )  # fmt: skip
        return one

    async def visit(
        self, cadre_id: UUID, household_id: UUID, on: date, note: str = "", *, counts: bool = True, late: bool = False
    ) -> None:
        text = note or str(uuid4())
        await self.insert(
            "visit", id=uuid4(), household_id=household_id, division=VILLAGE, cadre_id=cadre_id, visited_on=on,
            lat_e6=0, lon_e6=0, distance_m=5, note=text, note_digest=hashlib.sha256(text.encode()).hexdigest(),
            findings=[], photo_sha256=None, counts=counts, late=late, reasons=[], recorded_on=on, recorded_by="x",
        )  # fmt: skip

    async def check_in(self, cadre_id: UUID, days: Iterable[date], *, counts: bool = True) -> None:
        for on in days:
            await self.insert(
                "checkin", id=uuid4(), cadre_id=cadre_id, division=VILLAGE, checked_on=on, lat_e6=0, lon_e6=0,
                distance_m=5, counts=counts, reasons=[], recorded_on=on, recorded_by="x",
            )  # fmt: skip

    async def leave(self, cadre_id: UUID, first: date, last: date) -> None:
        await self.insert(
            "leave", id=uuid4(), cadre_id=cadre_id, division=VILLAGE, starts_on=first, ends_on=last, recorded_on=first,
            recorded_by="x",
        )  # fmt: skip

    async def deed(self, kind: str, household_id: UUID, on: date) -> None:
        await self.insert(
            "deed", kind=kind, source_key=str(uuid4()), household_id=household_id, division=VILLAGE, happened_on=on
        )

    async def survey(
        self, unit_id: UUID, cadre_id: UUID, answers: dict[UUID, bool], *, year: int = 2017, closed: bool = True
    ) -> None:
        one, on = uuid4(), date(year, 12, 1)
        end = {"state": "closed", "closed_on": on, "closed_by": "y"} if closed else {"due_on": on}
        await self.insert(
            "survey_round", id=one, division=VILLAGE, year=year, seed="s", per_unit=9, opened_on=on, opened_by="x",
            since_on=on, **end,
        )  # fmt: skip
        for household_id, satisfied in answers.items():
            who = {
                "round_id": one, "household_id": household_id, "unit_id": unit_id, "cadre_id": cadre_id,
                "division": VILLAGE, "stratum": "exited",
            }  # fmt: skip
            sample = uuid4()
            await self.insert("survey_candidate", drawn_by=str(household_id), **who)
            await self.insert("survey_sample", id=sample, **who)
            await self.insert(
                "survey_answer", sample_id=sample, division=VILLAGE, satisfied=satisfied, aware=True,
                visited_often=True, answered_on=on, recorded_on=on, recorded_by="x",
            )  # fmt: skip

    async def case(
        self, subject_id: UUID, kind: str = "cadre", state: str = "confirmed", opened_on: date = date(2017, 11, 1)
    ) -> UUID:
        one = uuid4()
        end = {"decided_on": opened_on, "decided_by": "y"} if state != "open" else {"due_on": opened_on}
        await self.insert(
            "fraud_case", id=one, division=VILLAGE, kind="ghost_visits", evidence="e", state=state,
            opened_on=opened_on, opened_by="x", since_on=opened_on, **end,
        )  # fmt: skip
        await self.insert("case_subject", case_id=one, subject_id=subject_id, subject_kind=kind, division=VILLAGE)
        return one


async def found(house: House) -> tuple[Door, County]:
    return await house.serve("assessment", "api"), County(await house.owner("assessment"))


def days(first: date, count: int) -> list[date]:
    return [first + timedelta(days=n) for n in range(count)]


async def compute(
    door: Door, year: int = 2017, on: str = DECEMBER, run_id: str = "", subject: str = "computer"
) -> httpx.Response:
    body = {"id": run_id or str(uuid4()), "year": year}
    return await door.call("POST", f"{SCORING}/runs", "county", on=on, subject=subject, json=body)


async def publish(
    door: Door, run_id: str, subject: str = "publisher", on: str = "2018-01-08"
) -> httpx.Response:  # a Monday
    return await door.call("POST", f"{SCORING}/runs/{run_id}/publication", "county", on=on, subject=subject)


async def run(door: Door, on: str = DECEMBER) -> str:
    """Computed and published: the run's id."""
    computed = await compute(door, on=on)
    assert computed.status_code == 200, computed.text
    run_id: str = computed.json()["id"]
    answer = await publish(door, run_id)
    assert answer.status_code == 200, answer.text
    return run_id


async def scores(door: Door, query: str = "", role: str = "county", area: str = "140927", subject: str = "") -> Any:
    """Published scores by subject."""
    answer = await door.call("GET", f"{SCORING}/scores?year=2017{query}", role, area, subject=subject)
    assert answer.status_code == 200, answer.text
    return {s["subject_id"]: s for s in answer.json()["items"]}


async def computed_scores(door: Door, run_id: str) -> Any:
    answer = await door.call("GET", f"{SCORING}/runs/{run_id}/scores?limit=1000", "auditor")
    assert answer.status_code == 200, answer.text
    return {s["subject_id"]: s for s in answer.json()["items"]}


def line(score: dict[str, Any], code: str) -> dict[str, Any]:
    (one,) = [x for x in score["lines"] if x["code"] == code]
    return dict(one)


async def unit_of(county: County, cadre: UUID) -> UUID:
    one: UUID = await county.owner.fetchval("SELECT unit_id FROM cadre WHERE id = $1", cadre)
    return one


async def graded(county: County, good: int, poor: int) -> tuple[list[UUID], list[UUID]]:
    """Helpers who visited every quarter, and such as never did; one household each."""
    unit = await county.unit()
    helpers = [await county.cadre(unit, subject=f"helper-{i}") for i in range(good + poor)]
    for i, helper in enumerate(helpers):
        one = await county.pair(helper)
        for month in (1, 4, 7, 10) if i < good else ():
            await county.visit(helper, one, date(2017, month, 5))
    return helpers[:good], helpers[good:]
