"""Income sheets through their doors: quantities valued, what is no income refused, signed by the household."""

from typing import Any
from uuid import UUID, uuid4

from tests.conftest import Door, House
from tests.integration.registry.test_changes import head_of
from tests.integration.registry.test_exit_words import missing, sees
from tests.integration.registry.test_exits import MEETS
from tests.integration.registry.test_households import VILLAGE, post_incomes, seed_household, statement

SHEETS = "/registry/v1/income-sheets"


async def sheet(house: House, one: UUID, *lines: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "id": str(uuid4()), "household_id": str(one), "income_year": 2017, "stated_on": "2017-06-01",
        "lines": [*lines] or [{"source": "away_wage", "amount_fen": 300_000},
                              {"source": "livestock", "product": "sheep", "quantity_x100": 200}],
        "signed_by": await head_of(house, one), "signature": "fingerprint",
    } | changes  # fmt: skip


async def hand_in(door: Door, *items: dict[str, Any], role: str = "helper") -> list[dict[str, Any]]:
    answer = await door.call("POST", SHEETS, role, VILLAGE, json={"items": list(items)})
    assert answer.status_code == 200, answer.text
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


async def test_a_sheet_is_valued_and_the_household_hears_the_sum(house: House) -> None:
    door = await house.serve("registry", "api")
    one = await seed_household(house)
    item = await sheet(house, one)
    (taken,) = await hand_in(door, item)
    assert (taken["status"], taken["net_income_fen"]) == ("accepted", 300_000 + 2 * 80_000)
    assert (await hand_in(door, item))[0] == taken, "sent again, answered the same"
    (other,) = await hand_in(door, item | {"gifts_fen": 1})
    assert other["code"] == "shared.content_differs"
    shown = (await door.call("GET", f"/registry/v1/households/{one}", "village", VILLAGE)).json()
    assert [i["net_income_fen"] for i in shown["incomes"]] == [460_000]
    head = await head_of(house, one)
    (kept,) = (
        await door.call("GET", f"{SHEETS}?household_id={one}", "villager", VILLAGE, person=head, subject="own")
    ).json()["items"]
    assert [line["worth_fen"] for line in kept["lines"]] == [300_000, 160_000]
    assert kept["sentence_zh"] == "2017 年家庭纯收入 4,600 元，已向该户宣读并由其捺印。"
    lines = await house.rows(
        "registry", "SELECT DISTINCT weight, statement_id FROM income_line WHERE household_id = $1", one
    )
    assert [(r["weight"], str(r["statement_id"])) for r in lines] == [("visit", item["id"])]


async def test_two_sheets_of_a_year_in_one_batch_keep_each_its_own_lines(house: House) -> None:
    door = await house.serve("registry", "api")
    one = await seed_household(house)
    wage = {"source": "away_wage", "amount_fen": 100_000}
    first, second = [
        await sheet(house, one, wage | {"amount_fen": fen}, stated_on=day)
        for fen, day in ((100_000, "2017-05-01"), (200_000, "2017-06-01"))
    ]
    assert [t["code"] for t in await hand_in(door, first, second)] == [None, None]
    lines = await house.rows(
        "registry",
        "SELECT statement_id, amount_fen, upper_inf(known) AS held FROM income_line"
        " WHERE household_id = $1 AND category = 'wage' ORDER BY stated_on",
        one,
    )
    assert [(str(r["statement_id"]), r["amount_fen"], r["held"]) for r in lines] == [
        (first["id"], 100_000, False), (second["id"], 200_000, True),
    ]  # fmt: skip


async def test_what_is_no_income_refuses_its_sheet_alone(house: House) -> None:
    door = await house.serve("registry", "api")
    one = await seed_household(house)
    loan = await sheet(
        house, one, {"source": "away_wage", "amount_fen": 1}, {"source": "loan", "amount_fen": 5_000_000}
    )
    both = await sheet(house, one, {"source": "crops", "amount_fen": 1, "product": "oats", "quantity_x100": 1})
    stranger = await sheet(house, one, signed_by="somebody")
    nobody = await sheet(house, one, household_id=str(uuid4()))
    much = await sheet(house, one, *[{"source": "trade", "amount_fen": 10**13}] * 2)
    early = await sheet(house, one, stated_on="2017-06-02")
    good = await sheet(house, one)
    answers = await hand_in(door, loan, both, stranger, nobody, much, early, good)
    assert [a["code"] for a in answers] == [
        "registry.sheets.no_income", "registry.sheets.amount_or_quantity", "registry.sheets.not_of_the_household",
        "shared.not_found", "registry.sheets.sum_too_large", "shared.future_date", None,
    ]  # fmt: skip
    (error,) = answers[0]["errors"]
    assert (error["field"], error["expected_zh"][:6]) == ("lines.1.source", "仅计稳定、持")
    (row,) = await house.rows("registry", "SELECT count(*) AS n FROM income_sheet")
    assert row["n"] == 1


async def test_a_child_signs_no_sheet(house: House) -> None:
    door = await house.serve("registry", "api")
    one = await seed_household(house)
    connection = await house.owner("registry")
    await connection.execute("UPDATE member_fact SET born_on = '2005-01-01'")
    (taken,) = await hand_in(door, await sheet(house, one))
    assert taken["code"] == "registry.sheets.not_of_age"


async def test_a_sheet_is_a_word_for_an_exit(house: House) -> None:
    door = await house.serve("registry", "api")
    one = await seed_household(house, **MEETS)
    await sees(door, one, "team", "A")
    await hand_in(door, await sheet(house, one))
    assert await missing(door, one) == ["income_sources"]
    await post_incomes(door, statement(one), role="team")
    assert await missing(door, one) == []
