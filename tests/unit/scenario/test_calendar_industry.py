"""Industry's days, played against a door that only listens: how much is asked, and the same when asked again."""

import asyncio
import csv
import io
import json
from collections import Counter
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any, cast

import pytest

from scenario.actors.payouts import _return_file
from scenario.api import Api, Who
from scenario.calendar import industry, power
from scenario.world import World
from scenario.year import Year

pytestmark = pytest.mark.xdist_group("world")

REQUESTS_MOST = 10_000
LARGEST_BATCH = 1_000


class Listener:
    """Answers that all was accepted, lists nothing, and keeps what was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[Who, str, str, Any]] = []

    async def call(self, who: Who, method: str, path: str, body: Any = None, **_: Any) -> Any:
        self.asked.append((who, method, path, body))
        items = body.get("items", []) if isinstance(body, dict) else []
        results = [{"id": i.get("id"), "status": "accepted"} for i in items]
        return {"results": results, "items": [], "id": "b", "status": "accepted"}

    async def get(self, who: Who, path: str) -> Any:
        return await self.call(who, "GET", path)

    async def post(self, who: Who, path: str, body: Any) -> Any:
        return await self.call(who, "POST", path, body)

    async def pages(self, who: Who, path: str) -> AsyncIterator[dict[str, Any]]:
        await self.call(who, "GET", path)
        nothing: tuple[dict[str, Any], ...] = ()
        for each in nothing:
            yield each


async def played(world: World) -> Listener:
    listener = Listener()
    year = Year(cast("Api", listener), world, Path(), cast("Any", None), "")
    year.ids = {h.no: f"id-{h.no}" for h in world.households}
    for day in sorted(industry.days() + power.days(), key=lambda d: d.on):
        listener.asked.append((Who("", ""), "DAY", day.on.isoformat(), None))
        await day.deed(year, day.on)
    return listener


@pytest.fixture(scope="module")
def asked(world: World) -> list[tuple[Who, str, str, Any]]:
    return asyncio.run(played(world)).asked


def lists(asked: list[tuple[Who, str, str, Any]]) -> list[tuple[Who, str, list[dict[str, Any]]]]:
    return [(who, path, body["items"]) for who, _, path, body in asked if body and "items" in body]


def test_the_whole_county_asks_within_its_budget(asked: list[tuple[Who, str, str, Any]]) -> None:
    requests = [a for a in asked if a[1] != "DAY"]
    assert 2_000 < len(requests) < REQUESTS_MOST
    assert all(0 < len(items) <= LARGEST_BATCH for _, _, items in lists(asked))


def test_what_is_made_has_an_id_of_its_own(asked: list[tuple[Who, str, str, Any]]) -> None:
    ids = Counter(
        (path, i["id"]) for _, path, items in lists(asked) for i in items if "id" in i and "plans" not in path
    )
    assert [key for key, n in ids.items() if n > 1] == []


def test_a_year_played_again_says_the_same(small: World) -> None:
    """A day that was interrupted is played again: ids and contents must be the same ones."""
    first, second = [
        sorted(json.dumps(a[1:], sort_keys=True) for a in asyncio.run(played(small)).asked) for _ in range(2)
    ]
    assert first == second


def test_nothing_is_dated_after_the_day_on_which_it_is_said(asked: list[tuple[Who, str, str, Any]]) -> None:
    """But for what begins later by its nature: a post, a class."""
    today = ""
    for _, method, path, body in asked:
        today = path if method == "DAY" else today
        for item in (body or {}).get("items", []):
            late = {k for k, v in item.items() if k.endswith("_on") and v and v > today}
            assert late <= {"starts_on"}, (today, path, late)


def test_who_reports_does_not_accept(asked: list[tuple[Who, str, str, Any]]) -> None:
    made: dict[str, set[str]] = {}
    for who, path, items in lists(asked):
        for item in items:
            if path.endswith(("projects/reports", "projects/acceptances")):
                made.setdefault(item["id"], set()).add(f"{who.subject} {path}")
    pairs = [{m.split()[0] for m in makers} for makers in made.values()]
    assert len(pairs) > 1_000
    assert all(len(subjects) == 2 for subjects in pairs)


def test_a_bank_answers_every_line_and_its_total() -> None:
    lines = [(n, f"payee-{n}", f"{n}.50") for n in range(1, 2_001)]
    file = io.StringIO()
    csv.writer(file).writerows([("line_no", "payee", "amount_yuan"), *lines, ("total", 2_000, "2002000.00")])
    customers = {payee: payee for _, payee, _ in lines}
    answer = _return_file(file.getvalue(), date(2017, 6, 13), customers).decode()
    heading, *rows, total = csv.reader(io.StringIO(answer))
    assert heading == ["line_no", "amount_yuan", "result", "code", "paid_on"]
    assert [(r[0], r[1]) for r in rows] == [(str(n), yuan) for n, _, yuan in lines]
    assert total[:3] == ["total", "2000", "2002000.00"]
    returned = [r for r in rows if r[2] == "returned"]
    assert 8 <= len(returned) <= 35
    assert {(r[3], r[4]) for r in returned} == {("account_closed", "")}
    assert {(r[3], r[4]) for r in rows if r[2] == "paid"} == {("", "2017-06-13")}
    again = _return_file(file.getvalue(), date(2017, 6, 13), customers).decode()
    later = _return_file(file.getvalue(), date(2017, 7, 13), customers).decode()
    assert again == answer
    both = {r[0] for r in csv.reader(io.StringIO(later)) if r[2] == "returned"} & {r[0] for r in returned}
    assert len(both) < len(returned)
