"""A year's scores: from facts to lines, published by a second person, and frozen then, by the database too."""

import asyncio
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from tests.conftest import Door, House
from tests.integration.assessment.scores import (
    DECEMBER,
    NEW_YEAR,
    SCORING,
    County,
    compute,
    computed_scores,
    days,
    found,
    graded,
    line,
    publish,
    run,
    scores,
    unit_of,
)

MAY = date(2017, 5, 10)


async def test_a_unit_line_by_line(house: House) -> None:
    door, county = await found(house)
    unit = await county.unit("key")
    team = [await county.cadre(unit, role) for role in ("first_secretary", "team_member", "team_member")]
    late_comer = await county.cadre(unit, "team_member", starts_on=date(2017, 3, 16))
    for cadre in team:
        await county.check_in(cadre, [*days(date(2017, 1, 1), 25), *days(date(2017, 2, 1), 10)])
    await county.check_in(team[0], days(date(2017, 2, 11), 5), counts=False)
    # Two weeks of February and the last two days of January, which takes a bit off both quotas.
    await county.leave(team[1], date(2017, 1, 30), date(2017, 2, 14))
    await county.check_in(late_comer, days(date(2017, 3, 16), 11))
    helper = await county.cadre(unit)
    other = await county.cadre(await county.unit())
    one, two, three, gone = [await county.pair(helper) for _ in range(4)]
    await county.owner.execute(
        "UPDATE pairing SET valid = daterange('2017-01-01', '2017-03-01') WHERE household_id = $1", gone
    )
    for kind, household, on in (
        ("loan", one, MAY - timedelta(days=100)), ("payment", one, MAY - timedelta(days=90)), ("post", two, NEW_YEAR),
        ("post", two, NEW_YEAR), ("payment", three, date(2016, 12, 31)), ("payment", gone, NEW_YEAR),
        ("exit", one, date(2017, 3, 20)), ("exit", two, date(2017, 3, 20)), ("exit", three, date(2016, 12, 31)),
        ("objection", three, date(2017, 3, 1)), ("objection", gone, date(2017, 3, 1)),
    ):  # fmt: skip
        await county.deed(kind, household, on)
    # An exit that was taken back, and its taking back, are of one exit: it counts for nobody.
    wrong = {"source_key": str(uuid4()), "household_id": two, "division": "140927200201"}
    await county.insert("deed", kind="exit", happened_on=date(2017, 3, 20), **wrong)
    await county.insert("deed", kind="exit_revoked", happened_on=date(2017, 6, 1), **wrong)
    # So are a certificate that was revoked, and its revocation: it helped nobody.
    forged = {"source_key": str(uuid4()), "household_id": three, "division": "140927200201"}
    for kind in ("certificate", "certificate_revoked"):
        await county.insert("deed", kind=kind, happened_on=date(2017, 3, 1), **forged)
    for on in (date(2017, 1, 5), date(2017, 3, 19)):
        await county.visit(helper, one, on, late=on.month == 3)
    # A visit on the very day is not before it, and what does not count prepares nothing.
    await county.visit(helper, two, date(2017, 3, 19), "same")
    await county.visit(helper, two, date(2017, 3, 20), "same")
    await county.visit(helper, two, date(2017, 3, 18), "same", counts=False)
    await county.visit(other, two, date(2016, 12, 30))
    await county.survey(unit, helper, {one: True, two: False, three: True})
    await county.survey(unit, helper, {one: False}, closed=False)
    await county.survey(unit, helper, {one: False}, year=2016)

    computed = await compute(door, on="2017-03-31")
    state = computed.json()
    assert (state["state"], state["units"], state["helpers"], state["until_on"]) == ("computed", 2, 1, "2017-03-31")
    score = (await computed_scores(door, state["id"]))[str(unit)]
    due_x100 = 4 * 0 + 3 * (2_000 + 2_000 + 2_000) + 1_032 - (2_000 - 1_871) - (2_000 - 1_000)
    kept_x100 = (2_000 + 1_871 + 2_000) + 2 * 1_000 + 1_000 + 1_032
    presence, due = line(score, "presence"), {"days_due_x100": due_x100, "days_kept_x100": kept_x100}
    assert presence["figures"] == due | {"team": 4, "team_needed": 3}
    assert presence["points_x100"] == 500 + (3_000 * kept_x100 + due_x100) // (2 * due_x100)
    assert line(score, "measures")["figures"] == {"households": 3, "helped_once": 2, "helped_twice": 1}
    assert line(score, "exits") == {
        "code": "exits", "points_x100": 0, "max_x100": 2_000, "withheld": False,
        "figures": {"exited": 2, "prepared": 1, "objections": 1},
        "sentence_en": "Exits: 0 points; of 2 exits 1 were visited often enough before, 1 were objected to.",
        "sentence_zh": "脱贫退出：0 分；退出 2 户，退出前走访达标 1 户，有异议 1 户。",
    }  # fmt: skip
    assert line(score, "records")["figures"] == {"visits": 4, "late": 1, "copied_groups": 1}
    assert line(score, "records")["points_x100"] == 750 - 200
    assert line(score, "satisfaction")["figures"] == {"answered": 3, "satisfied": 2}
    assert score["points_x100"] == sum(x["points_x100"] for x in score["lines"])
    assert (score["reachable_x100"], score["version"], score["year"]) == (10_000, 1, 2017)
    # The other unit has nobody there; what it could not be judged by is withheld.
    bare = (await computed_scores(door, state["id"]))[str(await unit_of(county, other))]
    assert {x["code"]: x["withheld"] for x in bare["lines"]} == {
        "presence": False, "measures": True, "exits": True, "records": True, "satisfaction": True,
    }  # fmt: skip
    assert (bare["points_x100"], bare["reachable_x100"], bare["grade"]) == (0, 2_000, "poor")


async def test_a_helper_line_by_line(house: House) -> None:
    door, county = await found(house)
    unit = await county.unit()
    old, new = await county.cadre(unit), await county.cadre(unit)
    kept, handed = await county.pair(old), await county.household()
    # Of the third quarter the old one holds 40 days, the new one 52; the fourth is the new one's alone.
    await county.pair(old, handed, NEW_YEAR, date(2017, 8, 10))
    await county.pair(new, handed, date(2017, 8, 10))
    for on in (date(2017, 1, 5), date(2017, 2, 5), date(2017, 4, 1), date(2017, 12, 31)):
        await county.visit(old, kept, on, "the same note", late=on.month == 4)
    await county.visit(old, handed, date(2017, 7, 1))
    await county.visit(new, handed, date(2017, 9, 1))
    await county.visit(new, handed, date(2017, 12, 1), counts=False)
    # One death in the old one's days whose time ran out in the new one's; one that nobody answers for yet.
    await county.deed("death", handed, date(2017, 7, 20))
    await county.deed("death", kept, date(2017, 3, 30))
    await county.deed("death", kept, date(2017, 12, 5))
    await county.visit(new, handed, date(2017, 8, 19))
    await county.survey(unit, new, {handed: True})

    both = await computed_scores(door, (await compute(door)).json()["id"])
    first, second = both[str(old)], both[str(new)]
    assert {x["code"]: x["figures"] for x in first["lines"]} == {
        "visits": {"visits_due": 6, "visits_kept": 3},
        "records": {"visits": 5, "distinct_notes": 2, "late": 1},
        "follow_ups": {"follow_ups_due": 1, "follow_ups_kept": 1},
        "satisfaction": {"answered": 0, "satisfied": 0, "withheld": True},
    }
    assert {x["code"]: x["figures"] for x in second["lines"]} == {
        "visits": {"visits_due": 2, "visits_kept": 1},
        "records": {"visits": 2, "distinct_notes": 2, "late": 0},
        "follow_ups": {"follow_ups_due": 1, "follow_ups_kept": 1},
        "satisfaction": {"answered": 1, "satisfied": 1},
    }
    assert (first["points_x100"], first["reachable_x100"]) == (2_250 + 1_200 + 1_000, 7_500)
    assert second["points_x100"] == 2_250 + 2_000 + 1_000 + 2_500


async def test_an_unvisited_death_costs_and_a_new_helper_owes_nothing_yet(house: House) -> None:
    door, county = await found(house)
    unit = await county.unit()
    helper, newcomer = await county.cadre(unit), await county.cadre(unit)
    one = await county.pair(helper)
    await county.pair(newcomer, since=date(2017, 12, 1))
    await county.deed("death", one, date(2017, 5, 1))
    await county.visit(helper, one, date(2017, 4, 30))
    await county.visit(helper, one, date(2017, 6, 1))
    both = await computed_scores(door, (await compute(door)).json()["id"])
    assert line(both[str(helper)], "follow_ups")["figures"] == {"follow_ups_due": 1, "follow_ups_kept": 0}
    assert str(newcomer) not in both


async def test_a_case_vetoes_and_only_a_confirmed_one_of_the_year(house: House) -> None:
    door, county = await found(house)
    (named, suspected, before), _ = await graded(county, 3, 0)
    unit = await unit_of(county, named)
    case, of_unit = await county.case(named), await county.case(unit, "unit")
    await county.case(suspected, state="open")
    await county.case(suspected, state="dismissed")
    await county.case(before, opened_on=date(2016, 12, 31))
    all_of_them = await computed_scores(door, (await compute(door)).json()["id"])
    guilty = all_of_them[str(named)]
    assert (guilty["grade"], guilty["points_x100"], guilty["rank"]) == ("poor", 6_500, 3)
    veto = line(guilty, "veto")
    assert (str(case) in veto.pop("sentence_en"), str(case) in veto.pop("sentence_zh")) == (True, True)
    assert veto == {
        "code": "veto", "points_x100": 0, "max_x100": 0, "withheld": False, "figures": {"case_id": str(case)},
    }  # fmt: skip
    assert line(all_of_them[str(unit)], "veto")["figures"] == {"case_id": str(of_unit)}
    for helper in (suspected, before):
        assert all_of_them[str(helper)]["rank"] == 1
        assert "veto" not in {x["code"] for x in all_of_them[str(helper)]["lines"]}


async def test_excellent_for_at_most_a_quarter(house: House) -> None:
    door, county = await found(house)
    good, poor = await graded(county, 2, 6)
    unit = await unit_of(county, good[0])
    all_of_them = await computed_scores(door, (await compute(door)).json()["id"])
    assert [all_of_them[str(h)]["grade"] for h in (*good, *poor)] == ["excellent"] * 2 + ["poor"] * 6
    # A third as good as they are: three alike are too many of nine.
    third = await county.cadre(unit)
    one = await county.pair(third)
    for month in (1, 4, 7, 10):
        await county.visit(third, one, date(2017, month, 6))
    all_of_them = await computed_scores(door, (await compute(door)).json()["id"])
    assert {all_of_them[str(h)]["grade"] for h in (*good, third)} == {"good"}
    assert {all_of_them[str(h)]["rank"] for h in (*good, third)} == {1}
    assert {all_of_them[str(h)]["rank"] for h in poor} == {4}


async def test_computed_by_one_published_by_another(house: House) -> None:
    door, county = await found(house)
    (helper,), _ = await graded(county, 1, 0)
    unit = await unit_of(county, helper)
    await county.owner.execute("UPDATE unit SET kind = 'key'")
    computed = await compute(door)
    run_id = computed.json()["id"]
    again = await compute(door, run_id=run_id)
    assert (again.status_code, again.json()) == (200, computed.json())
    assert (await compute(door, 2016, run_id=run_id)).json()["code"] == "shared.content_differs"
    assert await scores(door) == {}
    empty = (await door.call("GET", f"{SCORING}/summary?year=2017", "county")).json()
    assert (empty["units_key_assessed"], empty["mean_x100"]) == (0, {})

    own = await publish(door, run_id, "computer")
    assert (own.status_code, own.json()["code"]) == (403, "shared.same_person")
    done = await publish(door, run_id)
    assert (done.json()["state"], done.json()["published_on"]) == ("published", "2018-01-08")
    for late in (await publish(door, run_id), await compute(door)):
        assert (late.status_code, late.json()["code"]) == (409, "assessment.scoring.year_published")
    assert (await publish(door, str(uuid4()))).status_code == 404

    events = await house.rows(
        "assessment", "SELECT headers ->> 'ce_type' AS t, value::jsonb AS v FROM outbox ORDER BY id"
    )
    assert [r["t"] for r in events] == ["assessment.score_published.v1"] * 2
    all_of_them = await scores(door)
    assert set(all_of_them) == {str(unit), str(helper)}
    assert list(await scores(door, "&kind=helper")) == [str(helper)]
    summary = (await door.call("GET", f"{SCORING}/summary?year=2017", "auditor")).json()
    assert summary == {
        "units_key_assessed": 1, "units_stationed_assessed": 0, "helpers_assessed": 1,
        "mean_x100": {k: all_of_them[str(s)]["points_x100"] for k, s in (("unit", unit), ("helper", helper))},
        "grades": {"helper": {"good": 1}, "unit": {all_of_them[str(unit)]["grade"]: 1}},
    }  # fmt: skip
    versions = (await door.call("GET", f"{SCORING}/scores/{helper}?year=2017", "county")).json()["items"]
    assert versions == [all_of_them[str(helper)]]
    runs = (await door.call("GET", f"{SCORING}/runs?year=2017", "county")).json()["items"]
    assert [r["id"] for r in runs] == [run_id]


async def test_a_page_ends_where_the_next_begins(house: House) -> None:
    door, county = await found(house)
    await graded(county, 2, 1)
    await run(door)
    first = (await door.call("GET", f"{SCORING}/scores?year=2017&kind=helper&limit=2", "county")).json()
    rest = await door.call("GET", f"{SCORING}/scores?year=2017&kind=helper&limit=2&cursor={first['next']}", "county")
    ids = [s["subject_id"] for s in (*first["items"], *rest.json()["items"])]
    assert (len(set(ids)), ids, rest.json()["next"]) == (3, sorted(ids), None)


async def test_who_is_assessed_sees_himself_and_his_unit(house: House) -> None:
    door, county = await found(house)
    good, _ = await graded(county, 2, 1)
    unit = await unit_of(county, good[0])
    run_id = await run(door)
    # Also where his token's area is not the unit's village.
    for area in ("140927200201", "140927100201"):
        mine = await scores(door, role="helper", area=area, subject="helper-0")
        assert set(mine) == {str(good[0]), str(unit)}
        assert all(s["lines"] for s in mine.values())
    assert await scores(door, role="helper", area="140927200201", subject="somebody") == {}
    of_other = await door.call("GET", f"{SCORING}/scores/{good[1]}?year=2017", "helper", subject="helper-0")
    assert of_other.json()["items"] == []
    for path in ("scores?year=2017", f"scores/{unit}?year=2017", "summary?year=2017", f"runs/{run_id}/scores"):
        for role in ("surveyor", "township", "village", "villager", "bank"):
            assert (await door.call("GET", f"{SCORING}/{path}", role)).status_code == 403
    for role in ("helper", "team"):
        assert (await door.call("GET", f"{SCORING}/runs/{run_id}/scores", role)).status_code == 403
    body = {"id": str(uuid4()), "year": 2017}
    assert (await door.call("POST", f"{SCORING}/runs", "auditor", json=body)).status_code == 403


async def test_what_cannot_be_computed(house: House) -> None:
    door, county = await found(house)
    future = await compute(door, 2018)
    assert (future.status_code, future.json()["code"]) == (422, "assessment.scoring.year_not_begun")
    assert (await compute(door, 1917)).status_code == 422
    # Next year's run of this year still looks at its last day only.
    assert (await compute(door, 2017, "2018-02-01")).json()["until_on"] == "2017-12-31"
    # A case that was confirmed after the run was computed would be missing in it.
    (helper,), _ = await graded(county, 1, 0)
    run_id = (await compute(door)).json()["id"]
    await county.case(helper)
    stale = await publish(door, run_id)
    assert (stale.status_code, stale.json()["code"]) == (409, "assessment.scoring.run_stale")
    await run(door)
    assert (await scores(door))[str(helper)]["grade"] == "poor"


async def test_two_runs_published_at_once_are_one(house: House) -> None:
    door, county = await found(house)
    await graded(county, 1, 1)
    ids = [(await compute(door)).json()["id"] for _ in range(3)]
    answers = await asyncio.gather(*(publish(door, i) for i in ids))
    assert sorted(a.status_code for a in answers) == [200, 409, 409]
    same = await asyncio.gather(*(compute(door, 2016, run_id=ids[0].replace("-", "")) for _ in range(2)))
    assert {a.json()["code"] for a in same} == {"shared.content_differs"}
    new = str(uuid4())
    twice = await asyncio.gather(*(compute(door, 2016, run_id=new) for _ in range(3)))
    assert len({a.text for a in twice}) == 1


async def test_a_run_gives_the_same_lines_again(house: House) -> None:
    door, county = await found(house)
    good, _ = await graded(county, 3, 2)
    await county.case(good[0])
    first, second = [(await compute(door)).json()["id"] for _ in range(2)]
    one, other = [await computed_scores(door, run_id) for run_id in (first, second)]
    assert {s["id"] for s in one.values()}.isdisjoint(s["id"] for s in other.values())
    assert [s | {"id": ""} for s in one.values()] == [s | {"id": ""} for s in other.values()]
    replay = (await door.call("GET", "/assessment/v1/operations/replay", "auditor")).json()
    assert (replay["replayed"], replay["different_count"]) == (12, 0)
    stored = await house.rows(
        "assessment",
        "SELECT d.outcome, d.reasons FROM decision d JOIN score s ON s.decision_id = d.id WHERE s.vetoed LIMIT 1",
    )
    assert stored[0]["outcome"] == "poor"


async def test_a_run_of_many_takes_as_many_statements_as_of_one(house: House) -> None:
    """Facts are gathered set by set: never a query for each subject."""
    door, county = await found(house)
    await graded(county, 1, 0)
    counts = []
    for more in (0, 20):
        await graded_more(county, more)
        counts.append(await statements(door))
    assert counts[0] == counts[1] < 40


async def graded_more(county: County, count: int) -> None:
    for _ in range(count):
        await county.pair(await county.cadre(await county.unit()))


async def statements(door: Door) -> int:
    """How many the service sends for a run."""
    seen = 0

    def count(_record: Any) -> None:
        nonlocal seen
        seen += 1

    pool = door.app.state.pool
    held = [await pool.acquire() for _ in range(pool.get_max_size())]
    for connection in held:
        connection.add_query_logger(count)
    for connection in held:
        await pool.release(connection)
    assert (await compute(door, on=DECEMBER)).status_code == 200
    return seen
