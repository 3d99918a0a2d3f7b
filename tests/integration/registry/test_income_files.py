"""Incomes by a department's file: by household and by person, through the rules of the door for one by one."""

from typing import Any
from uuid import UUID

import pytest

from tests.conftest import House
from tests.integration.registry.test_attestation_files import hand_in, numbered, read, separated, workbook
from tests.integration.registry.test_attestations import NUMBER, index
from tests.integration.registry.test_attested_incomes import attest, net, word
from tests.integration.registry.test_changes import add_member
from tests.integration.registry.test_households import post_incomes, seed_household, statement
from tests.roster_file import number

HEADINGS = ("户编号", "证件号码", "收入年度", "来源", "金额（元）", "依据文号")


@pytest.mark.parametrize("made", [workbook, separated])
async def test_every_bad_row_refuses_itself(house: House, made: Any) -> None:
    door = await house.serve("registry", "api")
    first, _ = await numbered(house, "A1", "A2")
    await post_incomes(door, statement(UUID(first)), role="team")
    before = (await net(door, UUID(first)))[2017]
    rows = [
        ("A1", "", 2017, "低保金", "1200.50", "神民字〔2017〕12号"), ("A2", "", 2017, "养老金", "900", "3"),
        ("A2", "", 2012, "低保金", "900", "3"), ("A2", "", 2017, "低保", "900", "3"),
        ("A2", "", 2017, "低保金", "-1", "3"),
        ("A2", "", 2017, "低保金", "900", ""), ("A2", "", 2017, "贷款", "900", "3"),
        ("A9", "", 2017, "低保金", "9", "3"),
        ("A2", "", 2019, "低保金", "900", "3"), ("", number(order=5), 2017, "低保金", "9", "3"),
        ("A1", "", 2017, "低保金", "1300", "3"), ("A2", "", 2017, "护理补贴", 600, "4"),
    ]  # fmt: skip
    found = await hand_in(door, "civil_affairs", made(rows, HEADINGS))
    assert [found[k] for k in ("kind", "rows", "accepted", "refused")] == ["incomes", 12, 2, 10], found
    assert [(f["row"], f["column"], f["code"].removeprefix("registry.")) for f in found["findings"]] == [
        (3, "来源", "attestations.not_your_trade"), (4, "收入年度", "roster.unknown_word"),
        (5, "来源", "roster.unknown_word"), (6, "金额(元)", "roster.negative"), (7, "依据文号", "roster.missing"),
        (8, "来源", "sheets.no_income"), (9, "户编号", "shared.not_found"), (10, "收入年度", "shared.future_date"),
        (11, "证件号码", "shared.not_found"), (12, "金额(元)", "attested.attested_already"),
    ]  # fmt: skip
    assert all(f["sentence_en"] and f["sentence_zh"] for f in found["findings"])
    assert (await net(door, UUID(first)))[2017] - before == 120_050 - 50_000, "its category is what was attested of it"
    rows_shown = await read(door, f"/registry/v1/attestations/files/{found['id']}/rows", "auditor")
    words = await house.rows("registry", "SELECT id FROM income_attestation")
    assert {r["attestation_id"] for r in rows_shown} - {None} == {str(w["id"]) for w in words}


async def test_two_people_of_a_household_have_a_pension_each(house: House) -> None:
    door = await house.serve("registry", "api")
    one = await seed_household(house)
    await index(house, one)
    spouse = await add_member(house, one, relation="spouse", born_on="1955-03-03")
    await post_incomes(door, statement(one, transfer_fen=0), role="team")
    before = (await net(door, one))[2017]
    found = await hand_in(door, "human_resources", separated([("", NUMBER, 2017, "养老金", "1000", "9")], HEADINGS))
    assert found["accepted"] == 1, found
    codes = await attest(door, word(one, 80_000, person=spouse, household_id=None))
    assert codes == [None]
    assert (await net(door, one))[2017] - before == 180_000, "theirs together"
    assert await attest(door, word(one, 180_000)) == ["registry.attested.whole_and_persons"]
    lines = await house.rows(
        "registry", "SELECT payer FROM income_line WHERE kind = 'attestation' AND upper_inf(known) ORDER BY payer"
    )  # fmt: skip
    assert f"human_resources:pension:{spouse}" in [r["payer"] for r in lines]
    assert not [r for r in lines if "140999" in r["payer"]]
    told = (await door.call("GET", "/registry/v1/attestations/incomes", "county", on="2017-10-09")).json()["items"]
    assert {row["person"] for row in told} >= {spouse}


async def test_who_left_has_no_income_there(house: House) -> None:
    door = await house.serve("registry", "api")
    one = await seed_household(house)
    spouse = await add_member(house, one, relation="spouse", born_on="1955-03-03")
    await (await house.owner("registry")).execute(
        "UPDATE member_fact SET valid = daterange(lower(valid), '2017-05-01') WHERE member_id ="
        " (SELECT id FROM member WHERE reference = $1)", spouse,
    )  # fmt: skip
    assert await attest(door, word(one, 1, person=spouse)) == ["registry.attestations.not_in_household"]
