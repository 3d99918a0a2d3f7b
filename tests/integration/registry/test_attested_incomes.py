"""What departments attest of an income: one word is enough for its category, and no statement beats it."""

from itertools import permutations
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.conftest import Door, House
from tests.integration.registry.test_exit_words import missing, sees
from tests.integration.registry.test_exits import MEETS
from tests.integration.registry.test_households import VILLAGE, post_incomes, seed_household, statement

INCOMES = "/registry/v1/attestations/incomes"
NOW = "2017-10-09"


def word(home: UUID, amount_fen: int, **changes: Any) -> dict[str, Any]:
    return {
        "id": str(uuid4()), "household_id": str(home), "income_year": 2017, "source": "pension",
        "amount_fen": amount_fen, "document_no": "12",
    } | changes  # fmt: skip


async def attest(door: Door, *items: dict[str, Any], unit: str = "human_resources", on: str = NOW) -> list[Any]:
    answer = await door.call("POST", INCOMES, "department", unit=unit, on=on, json={"items": list(items)})
    assert answer.status_code == 200, answer.text
    return [r["code"] for r in answer.json()["results"]]


async def net(door: Door, home: UUID) -> dict[int, int]:
    shown = (await door.call("GET", f"/registry/v1/households/{home}", "village", VILLAGE, on=NOW)).json()
    return {y["income_year"]: y["net_income_fen"] for y in shown["incomes"]}


async def listed(door: Door, role: str, unit: str = "", person: str = "") -> list[int]:
    answer = await door.call("GET", INCOMES, role, unit=unit, person=person, on=NOW)
    return sorted(row["amount_fen"] for row in answer.json()["items"])


async def test_one_attestation_is_enough_where_its_category_suffices(house: House) -> None:
    door = await house.serve("registry", "api")
    one = await seed_household(house, **MEETS)
    await sees(door, one, "team", "A")
    await sees(door, one, "village", "A")
    await post_incomes(door, statement(one), role="team")
    assert await missing(door, one) == ["income_sources"]
    small = word(one, 60_000)
    assert await attest(door, small) == [None]
    assert await missing(door, one) == ["income_sources"], "the department answers for no other income"
    large = word(one, 400_000, corrects=small["id"], reason="arrears were paid")
    assert await attest(door, large) == [None]
    assert await missing(door, one) == []
    # Costs are known from the household alone, and count against what is attested as well.
    await post_incomes(door, statement(one, business_cost_fen=90_000), role="team")
    assert await missing(door, one) == ["income_sources"]


async def test_what_is_attested_alone_is_no_known_income(house: House) -> None:
    door = await house.serve("registry", "api")
    one = await seed_household(house, **MEETS)
    await sees(door, one, "team", "A")
    await sees(door, one, "village", "A")
    assert await attest(door, word(one, 400_000)) == [None]
    assert await missing(door, one) == ["income"], "who was paid may have had costs"


async def test_a_small_attestation_speaks_against_nobody(house: House) -> None:
    door = await house.serve("registry", "api")
    one = await seed_household(house, **MEETS)
    await sees(door, one, "team", "A")
    await sees(door, one, "village", "A")
    for role in ("team", "village"):
        await post_incomes(door, statement(one), role=role)
    assert await attest(door, word(one, 40_000)) == [None]
    assert await missing(door, one) == [], "two have said it"
    # With what is attested instead of what they stated, the sum is another one.
    low = statement(one, wage_fen=200_000, transfer_fen=400_000)
    for role in ("team", "village"):
        await post_incomes(door, low, role=role)
    assert await missing(door, one) == ["income"]


async def test_it_beats_a_statement_whichever_came_first(house: House) -> None:
    door = await house.serve("registry", "api")
    sums = set[int]()
    for order in permutations(("team", "department", "village")):
        one = await seed_household(house)
        for who in order:
            if who == "department":
                assert await attest(door, word(one, 90_000)) == [None]
                assert await attest(door, word(one, 10_000, source="farm_subsidy"), unit="agriculture") == [None]
            else:
                await post_incomes(door, statement(one), role=who)
        sums.add((await net(door, one))[2017])
    assert sums == {300_000 + 100_000 + 90_000 + 10_000 - 50_000}
    rows = await house.rows(
        "registry", "SELECT DISTINCT kind, weight, payer, category FROM income_line WHERE kind = 'attestation'"
    )
    assert {tuple(row) for row in rows} == {
        ("attestation", "attestation", "human_resources:pension", "transfer"),
        ("attestation", "attestation", "agriculture:farm_subsidy", "transfer"),
    }


async def test_the_last_word_of_a_source_counts_and_the_same_again_is_the_same(house: House) -> None:
    door = await house.serve("registry", "api")
    one = await seed_household(house)
    await post_incomes(door, statement(one))
    first = word(one, 90_000)
    for _ in range(2):
        assert await attest(door, first) == [None]
    assert await attest(door, first | {"amount_fen": 80_000}) == ["shared.content_differs"]
    assert await attest(door, word(one, 80_000)) == ["registry.attested.attested_already"]
    assert await attest(door, word(one, 90_000)) == [None], "the same amount again contradicts nothing"
    right = {"corrects": first["id"], "reason": "counted twice"}
    assert await attest(door, word(one, 80_000, **right | {"corrects": str(uuid4())})) == [
        "registry.attestations.nothing_to_correct"
    ]
    assert await attest(door, word(one, 80_000, **right)) == [None]
    assert (await net(door, one))[2017] == 300_000 + 100_000 + 80_000 - 50_000
    told = await house.rows(
        "registry", "SELECT value::jsonb ->> 'net_income_fen' AS fen FROM outbox"
        " WHERE headers ->> 'ce_type' LIKE 'registry.income_assessed%' ORDER BY id",
    )  # fmt: skip
    assert [row["fen"] for row in told] == ["400000", "440000", "440000", "430000"]


@pytest.mark.parametrize(
    ("unit", "changes", "code"),
    [
        ("human_resources", {"source": "loan"}, "registry.sheets.no_income"),
        ("civil_affairs", {"source": "one_off_relief"}, "registry.sheets.no_income"),
        ("housing", {"source": "house_grant"}, "registry.sheets.no_income"),
        ("health", {"source": "reimbursement"}, "registry.sheets.no_income"),
        ("human_resources", {"source": "lottery"}, "registry.sheets.unknown_source"),
        ("civil_affairs", {"source": "pension"}, "registry.attestations.not_your_trade"),
        ("water", {"source": "pension"}, "registry.attestations.not_your_trade"),
        ("human_resources", {"income_year": 2019}, "shared.future_date"),
        ("human_resources", {"household_id": str(UUID(int=7))}, "shared.not_found"),
        ("human_resources", {"household_no": "9"}, "shared.invalid_item"),
        ("human_resources", {"reason": "so"}, "shared.invalid_item"),
        ("human_resources", {"amount_fen": -1}, "shared.invalid_item"),
    ],
)
async def test_what_is_not_attested(house: House, unit: str, changes: dict[str, Any], code: str) -> None:
    door = await house.serve("registry", "api")
    one = await seed_household(house)
    assert await attest(door, word(one, 90_000) | changes, unit=unit) == [code]
    assert await house.rows("registry", "SELECT FROM income_line WHERE kind = 'attestation'") == []


async def test_by_number_and_read_by_whom_it_concerns(house: House) -> None:
    door = await house.serve("registry", "api")
    one = await seed_household(house)
    await (await house.owner("registry")).execute("UPDATE household SET household_no = '7' WHERE id = $1", one)
    by_number = word(one, 90_000) | {"household_id": None, "household_no": "7"}
    for _ in range(2):
        assert await attest(door, by_number) == [None]
    assert await attest(door, word(one, 1_000, source="farm_subsidy"), unit="agriculture") == [None]
    assert await listed(door, "department", unit="human_resources") == [90_000]
    assert await listed(door, "department", unit="water") == []
    assert await listed(door, "villager") == [1_000, 90_000]
    assert await listed(door, "villager", person="neighbour") == []
    assert await listed(door, "county") == [1_000, 90_000]
