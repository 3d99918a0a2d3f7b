"""After an exit, played against a door that only listens; who is known to be ill; the judge's reading of warnings."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any, cast

import pytest

from scenario.api import Api, Who
from scenario.calendar import days, hardship, risks
from scenario.judge.quality import _warned
from scenario.judge.risks import Warned, spread
from scenario.world import World, illnesses
from scenario.world.risks import BORNE, KNOWN
from scenario.year import Year

pytestmark = pytest.mark.xdist_group("world")

LOOKS, TOLD, REPORTS = (
    "/registry/v1/risk-warnings/looks",
    "/registry/v1/risk-signals",
    "/registry/v1/follow-ups/reports",
)
FACTS = "/registry/v1/attestations"


class Listener:
    """Answers that all was accepted, warns of whoever was told of and two more, and keeps what was asked."""

    def __init__(self, world: World) -> None:
        self.asked: list[tuple[Who, str, Any]] = []
        self.calm = [h.no for h in world.households if h.group == "exited" and h.no not in struck(world)][:2]

    async def call(self, who: Who, _method: str, path: str, body: Any = None, **_: Any) -> Any:
        self.asked.append((who, path, body))
        return {"results": [{"id": i.get("id"), "status": "accepted"} for i in body.get("items", [])]}

    async def post(self, who: Who, path: str, body: Any) -> Any:
        return await self.call(who, "POST", path, body)

    async def pages(self, _who: Who, path: str) -> AsyncIterator[dict[str, Any]]:
        looked = {item["id"] for item in self.items(LOOKS)}
        if path.startswith("/registry/v1/follow-ups"):
            for no in self.calm if "11-01" in path else []:
                yield of(no) | {"opens_on": "2017-11-01"}
            yield of(self.calm[0]) | {"id": "later", "opens_on": "2017-12-31"}
        elif path == "/registry/v1/risk-warnings?state=open":
            for no in [*(item["household_id"][3:] for item in self.items(TOLD)), *self.calm]:
                if no not in looked:
                    yield of(no)

    def items(self, path: str) -> list[dict[str, Any]]:
        return [item for _, asked, body in self.asked if asked == path for item in body["items"]]


def of(no: str) -> dict[str, Any]:
    return {"id": no, "household_id": f"id-{no}", "division": no[:12]}


def struck(world: World) -> dict[str, Any]:
    return {s.no: s for s in world.setbacks}


async def played(world: World) -> Listener:
    listener = Listener(world)
    year = Year(cast("Api", listener), world, Path(), cast("Any", None), "")
    year.ids = {h.no: f"id-{h.no}" for h in world.households}
    for day in risks.days():
        await day.deed(year, day.on)
    return listener


async def test_villages_tell_once_what_they_hear_of_their_own_people(world: World) -> None:
    listener, known = await played(world), struck(world)
    eyes = Year(cast("Api", listener), world, Path(), cast("Any", None), "").eyes
    told = [item["household_id"][3:] for item in listener.items(TOLD)]
    assert sorted(told) == sorted(s.no for s in eyes.setbacks(risks.WEIGHED_ON[-1]))
    assert 0 < len(told) < len(known)
    for who, path, body in listener.asked:
        if path == TOLD:
            assert (who.role, {i["household_id"][3:15] for i in body["items"]}) == ("village", {who.area})
    for item in listener.items(TOLD):
        assert item["since_on"] == known[item["household_id"][3:]].on.isoformat()


async def test_the_task_force_says_what_it_finds_of_those_warned_about(world: World) -> None:
    listener, known = await played(world), struck(world)
    eyes = Year(cast("Api", listener), world, Path(), cast("Any", None), "").eyes
    said = {item["id"]: item["seen"] for item in listener.items(LOOKS)}
    assert {said[no] for no in listener.calm} == {"fine"}
    for no in said.keys() & known.keys():
        assert said[no] == ("fallen" if eyes.under_line(no) else "needs_help")
    assert {"fine", "fallen", "needs_help"} == {*said.values()}
    assert {who.role for who, path, _ in listener.asked if path in (LOOKS, REPORTS)} == {"team"}


async def test_who_may_be_seen_again_is_seen_and_nobody_before_it_is_time(world: World) -> None:
    listener = await played(world)
    assert [item["id"] for item in listener.items(REPORTS)] == sorted(listener.calm)
    assert {item["income"] for item in listener.items(REPORTS)} <= {"over", "near", "under"}


async def test_the_bureau_of_health_attests_each_patient_once(world: World) -> None:
    numbers = [item["number"] for item in (await played(world)).items(FACTS)]
    assert sorted(numbers) == sorted(i.id_number for i in illnesses(world) if i.known_on <= risks.WEIGHED_ON[-1])


def test_the_ill_are_those_of_setbacks_and_few_others(world: World) -> None:
    known, setbacks = list(illnesses(world)), struck(world)
    by_illness = [s for s in world.setbacks if s.cause == "illness"]
    of_setback = [i for i in known if i.no in setbacks]
    exited = [h for h in world.households if h.group == "exited"]
    assert {setbacks[i.no].cause for i in of_setback} == {"illness"}
    assert len(of_setback) / len(by_illness) == pytest.approx(KNOWN, rel=0.15)
    assert (len(known) - len(of_setback)) / len(exited) == pytest.approx(BORNE, rel=0.4)
    people = {m.id_number: h.no for h in world.households for m in h.members}
    assert all(people[i.id_number] == i.no and i.since < i.known_on for i in known)
    assert len({i.no for i in known}) == len(known)


def test_it_is_weighed_before_returns_are_proposed_and_seen_again_after_exits() -> None:
    assert max(d for d in risks.WEIGHED_ON if d < hardship.PROPOSED_ON) == date(2017, 10, 10)
    announced = [d.on for d in days() if d.title == "exits announced"]
    assert min(announced) < min(risks.FOLLOWED_ON)
    assert max(announced) < max(risks.FOLLOWED_ON)


def test_warnings_are_held_against_who_fell_since() -> None:
    found = Warned(
        {"1": "2017-07-10", "2": "2017-04-10", "3": "2017-10-10", "4": "2017-10-10", "5": "2017-10-10"},
        frozenset({"1", "2", "6"}),
        {"1": "2017-05-10", "2": "2017-05-10", "3": "2017-09-01", "6": "2017-06-01"},
        frozenset({"4"}),
    )
    assert found.found == {"1"}, "a warning of before says nothing of what came"
    recall, precision, rightly, months = _warned(found)
    assert [(r["code"], r["value"]) for r in (recall, precision, rightly)] == [
        ("risk_recall", 0.333333), ("risk_precision", 0.2), ("risk_struck_or_near", 0.6),
    ]  # fmt: skip
    assert (months["code"], months["value"], months["low"], months["high"]) == ("risk_months", 2.0, 2.0, 2.0)


@pytest.mark.parametrize(
    ("months", "told"),
    [([], (None, None, None)), ([1.5], (1.5, 1.5, 1.5)), ([1.0, 2.0, 3.0], (2.0, 1.5, 2.5))],
)
def test_months_are_a_median_between_quartiles(months: list[float], told: tuple[float | None, ...]) -> None:
    row = spread("risk_months", months)
    assert (row["value"], row["low"], row["high"]) == told
