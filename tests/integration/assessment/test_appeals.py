"""Appeals: by the assessed, in time, decided by a third person; a correction is a new version."""

import asyncio
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest

from tests.conftest import Door, House
from tests.integration.assessment.scores import APPEALS, SCORING, VILLAGE, County, found, line, run, scores


async def published(house: House, good: int = 3) -> tuple[Door, County, list[UUID], UUID]:
    """Helpers 0..n who visited in all quarters but the last in one; the last of them visited in two only."""
    door, county = await found(house)
    unit = await county.unit()
    helpers = [await county.cadre(unit, subject=f"helper-{i}") for i in range(good + 1)]
    await county.cadre(unit, "first_secretary", "secretary")
    for helper in helpers:
        one = await county.pair(helper)
        for month in (1, 4) if helper == helpers[-1] else (1, 4, 7):
            await county.visit(helper, one, date(2017, month, 5))
    await run(door)
    return door, county, helpers, unit


def against(subject_id: UUID, code: str = "visits", **changes: Any) -> dict[str, Any]:
    return {
        "id": str(uuid4()), "subject_id": str(subject_id), "year": 2017, "code": code, "reason": "visit_not_counted"
    } | changes  # fmt: skip


async def appeal(
    door: Door, body: dict[str, Any], subject: str = "helper-0", role: str = "helper", on: str = "2018-01-09"
) -> httpx.Response:
    return await door.call(
        "POST", APPEALS, role, VILLAGE if role in ("helper", "team") else None, on=on, subject=subject, json=body
    )


async def decide(
    door: Door, appeal_id: str, subject: str = "third", on: str = "2018-01-30", **body: Any
) -> httpx.Response:
    answer = {"upheld": True, "points_x100": 4_500} | body
    return await door.call("POST", f"{APPEALS}/{appeal_id}/decision", "county", on=on, subject=subject, json=answer)


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def test_upheld_is_a_new_version(house: House) -> None:
    door, _, helpers, _ = await published(house)
    before = await scores(door, "&kind=helper")
    assert [before[str(h)]["rank"] for h in helpers] == [1, 1, 1, 4]
    last = str(helpers[-1])
    body = against(helpers[-1])
    raised = await appeal(door, body, "helper-3")
    assert (raised.status_code, raised.json()["state"]) == (201, "open")
    again = await appeal(door, body, "helper-3")
    assert (again.status_code, again.json()) == (201, raised.json())
    decided = await decide(door, body["id"])
    assert decided.status_code == 200, decided.text
    assert (raised.json()["since_on"], raised.json()["due_on"]) == ("2018-01-09", "2018-01-16")
    after = {"state": "upheld", "points_x100": 4_500, "decided_on": "2018-01-30"}
    assert decided.json() == raised.json() | after | {"since_on": "2018-01-30", "due_on": None}

    after = await scores(door, "&kind=helper")
    score = after[last]
    # The best of four may be excellent; ranks of all are anew, the others' grades and versions stay.
    assert (score["version"], score["points_x100"], score["grade"], score["rank"]) == (2, 6_500, "excellent", 1)
    assert [after[str(h)]["rank"] for h in helpers] == [2, 2, 2, 1]
    for helper in helpers[:-1]:
        assert after[str(helper)] == before[str(helper)] | {"rank": 2}
    assert line(score, "visits") == {
        "code": "visits", "points_x100": 4_500, "max_x100": 4_500, "withheld": False,
        "figures": {"visits_due": 4, "visits_kept": 2, "appeal": body["id"], "before_x100": 2_250},
        "sentence_en": "Visits: 45 points; 2 of 4 visits that were due were made. Corrected on appeal from 22.5.",
        "sentence_zh": "走访：45 分；应走访 4 次，完成 2 次。经申诉更正，原为 22.5 分。",
    }  # fmt: skip
    versions = (await door.call("GET", f"{SCORING}/scores/{last}?year=2017", "county")).json()["items"]
    assert versions == [before[last], score]
    rows = await house.rows(
        "assessment", "SELECT headers ->> 'ce_type' AS t, value::jsonb ->> 'version' AS v FROM outbox WHERE key = $1"
        " ORDER BY id", last,
    )  # fmt: skip
    assert [(r["t"].split(".")[1], r["v"]) for r in rows] == [
        ("score_published", "1"), ("appeal_decided", None), ("score_published", "2"),
    ]  # fmt: skip


async def test_rejected_changes_nothing(house: House) -> None:
    door, _, _helpers, unit = await published(house)
    before = await scores(door)
    body = against(unit, "measures", reason="facts_wrong")
    assert (await appeal(door, body, "secretary", "team")).status_code == 201
    done = await decide(door, body["id"], upheld=False)
    assert (done.json()["state"], done.json()["points_x100"]) == ("rejected", None)
    assert await scores(door) == before
    assert code(await decide(door, body["id"])) == (409, "shared.wrong_state")
    rows = await house.rows("assessment", "SELECT 1 FROM outbox WHERE headers ->> 'ce_type' LIKE '%appeal_decided%'")
    assert len(rows) == 1
    # What has been decided is decided for good, by whichever cadre of the unit it is asked again.
    again = await appeal(door, against(unit, "measures"), "helper-1")
    assert code(again) == (409, "assessment.appeals.already_appealed")


async def test_who_may_appeal_and_until_when(house: House) -> None:
    door, county, helpers, unit = await published(house)
    for subject, role in (("helper-1", "helper"), ("secretary", "team"), ("somebody", "helper")):
        assert code(await appeal(door, against(helpers[0]), subject, role)) == (
            403, "assessment.appeals.not_the_subject",
        )  # fmt: skip
    for role in ("county", "township", "village", "surveyor"):
        assert (await appeal(door, against(helpers[0]), role=role)).status_code == 403
    # Published on Monday the 8th: ten working days end on Monday the 22nd.
    for on in ("2018-01-23", "2018-01-07"):
        assert code(await appeal(door, against(helpers[0]), on=on)) == (409, "assessment.appeals.too_late")
    assert (await appeal(door, against(helpers[0]), on="2018-01-22")).status_code == 201
    assert (await appeal(door, against(helpers[0], year=2016))).status_code == 404
    stranger = await county.cadre(unit, subject="newcomer")
    assert (await appeal(door, against(stranger), "newcomer")).status_code == 404


async def test_what_cannot_be_appealed(house: House) -> None:
    door, _, helpers, unit = await published(house)
    for no_line in ("presence", "veto", "x"):
        assert code(await appeal(door, against(helpers[0], no_line))) == (422, "assessment.appeals.line_unknown")
    assert (await appeal(door, against(helpers[0], reason="I am offended"))).status_code == 422
    body = against(helpers[0])
    assert (await appeal(door, body)).status_code == 201
    other = await appeal(door, body | {"code": "records"})
    assert code(other) == (409, "shared.content_differs")
    # Somebody else's id, whether he sees that appeal or not.
    of_unit = against(unit, "measures")
    assert (await appeal(door, of_unit)).status_code == 201
    assert code(await appeal(door, of_unit, "helper-1")) == (409, "shared.content_differs")
    assert code(await appeal(door, against(helpers[1], id=body["id"]), "helper-1")) == (
        409,
        "shared.content_differs",
    )
    assert code(await appeal(door, against(helpers[0]))) == (409, "assessment.appeals.already_appealed")


async def test_the_decider_had_no_hand_in_the_score(house: House) -> None:
    door, county, helpers, _ = await published(house)
    body = against(helpers[0])
    await appeal(door, body)
    for subject in ("computer", "publisher", "helper-0"):
        assert code(await decide(door, body["id"], subject)) == (403, "shared.same_person")
    for role in ("auditor", "helper", "township"):
        path = f"{APPEALS}/{body['id']}/decision"
        assert (await door.call("POST", path, role, json={"upheld": False})).status_code == 403
    for column in ("computed_by", "published_by", "raised_by"):
        with pytest.raises(asyncpg.CheckViolationError, match="appeal_decider_did_not_score"):
            await county.owner.execute(
                f"UPDATE appeal SET state = 'rejected', decided_on = raised_on, decided_by = {column}"
            )
    # Nor can the appeal be made to say that others had computed and published it.
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await county.owner.execute("UPDATE appeal SET computed_by = 'nobody'")


async def test_points_rise_within_the_line(house: House) -> None:
    door, _, helpers, _ = await published(house)
    body = against(helpers[0])
    await appeal(door, body)
    before = (await scores(door))[str(helpers[0])]
    for wrong in (line(before, "visits")["points_x100"], 0, 4_501, None):
        answer = await decide(door, body["id"], points_x100=wrong)
        assert code(answer) == (422, "assessment.appeals.points_out_of_range")
    assert (await decide(door, body["id"], points_x100=10_001)).status_code == 422
    assert (await decide(door, str(uuid4()))).status_code == 404
    assert (await scores(door))[str(helpers[0])] == before


async def test_a_withheld_line_may_be_given_points(house: House) -> None:
    door, _, helpers, _ = await published(house)
    body = against(helpers[0], "satisfaction", reason="other")
    await appeal(door, body)
    assert (await decide(door, body["id"], points_x100=2_000)).status_code == 200
    score = (await scores(door))[str(helpers[0])]
    assert (score["points_x100"], score["reachable_x100"]) == (3_375 + 2_000 + 2_000, 9_000)
    assert not line(score, "satisfaction")["withheld"]


async def test_a_veto_outlives_an_appeal(house: House) -> None:
    door, county = await found(house)
    unit = await county.unit()
    helper = await county.cadre(unit, subject="helper-0")
    await county.visit(helper, await county.pair(helper), date(2017, 1, 5))
    await county.case(helper)
    await run(door)
    # Who disputes the veto disputes the case.
    assert code(await appeal(door, against(helper, "veto"))) == (422, "assessment.appeals.line_unknown")
    body = against(helper)
    await appeal(door, body)
    await decide(door, body["id"])
    score = (await scores(door))[str(helper)]
    assert (score["version"], score["rated_x100"], score["grade"]) == (2, 10_000, "poor")


async def test_two_appeals_decided_at_once_are_two_versions(house: House) -> None:
    door, _, helpers, _ = await published(house)
    bodies = [against(helpers[0]), against(helpers[0], "satisfaction"), against(helpers[1])]
    for body, subject in zip(bodies, ("helper-0", "helper-0", "helper-1"), strict=True):
        assert (await appeal(door, body, subject)).status_code == 201
    answers = await asyncio.gather(*(
        decide(door, b["id"], points_x100=4_500 if b["code"] == "visits" else 2_500) for b in (*bodies, bodies[0])
    ))  # fmt: skip
    assert sorted(a.status_code for a in answers) == [200, 200, 200, 409]
    after = await scores(door)
    first, second = after[str(helpers[0])], after[str(helpers[1])]
    assert (first["version"], first["points_x100"]) == (3, 9_000)
    assert (second["version"], second["points_x100"]) == (2, 6_500)
    assert [first["rank"], second["rank"]] == [1, 1]


async def test_the_same_appeal_raised_at_once_is_one(house: House) -> None:
    door, _, helpers, unit = await published(house)
    body = against(helpers[0])
    answers = await asyncio.gather(*(appeal(door, body) for _ in range(4)))
    assert [a.status_code for a in answers] == [201] * 4
    of_unit = await asyncio.gather(*(appeal(door, against(unit, "exits"), f"helper-{i}") for i in range(3)))
    assert sorted(a.status_code for a in of_unit) == [201, 409, 409]


async def test_who_sees_appeals(house: House) -> None:
    door, _, helpers, unit = await published(house)
    first, second = against(helpers[0]), against(unit, "measures")
    await appeal(door, first)
    await appeal(door, second, "helper-1")

    async def seen(role: str, subject: str = "", query: str = "") -> set[str]:
        answer = await door.call("GET", f"{APPEALS}{query}", role, subject=subject)
        return {a["id"] for a in answer.json()["items"]}

    assert await seen("county") == await seen("auditor") == {first["id"], second["id"]}
    assert await seen("helper", "helper-0") == {first["id"], second["id"]}
    assert await seen("helper", "helper-1") == {second["id"]}
    assert await seen("helper", "somebody") == set()
    await decide(door, first["id"])
    assert await seen("county", query="?state=open") == {second["id"]}
    assert await seen("county", query="?state=upheld") == {first["id"]}
    assert (await door.call("GET", f"{APPEALS}?state=lost", "county")).status_code == 422
    assert (await door.call("GET", APPEALS, "village")).status_code == 403
    page = (await door.call("GET", f"{APPEALS}?limit=1", "county")).json()
    rest = (await door.call("GET", f"{APPEALS}?limit=1&cursor={page['next']}", "county")).json()
    assert {a["id"] for a in (*page["items"], *rest["items"])} == {first["id"], second["id"]}
