"""Who is told who it is: for purposes that facts of other services made true, field by field, always on record."""

import asyncio
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest

from shared.data.crypto import read_data_keys
from shared.events.assessment import SampleClosed, SampleDrawn
from shared.events.finance import LoanApproved, LoanDisbursed, LoanRefused, LoanSettled
from shared.events.industry import PayeeNamed
from shared.serve.run import build_app
from tests.conftest import Door, House, find_service
from tests.integration.registry.facts import heard, state
from tests.integration.registry.test_households import VILLAGE, seed_household

DOOR = "/registry/v1/disclosures"
MASKED, PHONE, ACCOUNT = "1409991970********", "13800000000", "6217000000000000001"
EVERY = ["name", "id_masked", "phone", "account", "address"]
BANK: dict[str, Any] = {"role": "bank", "area": "", "bank": "xinhe"}
SURVEYOR: dict[str, Any] = {"role": "surveyor", "area": "140927"}


async def serve(house: House) -> Door:
    """The register, and those who state why somebody may be told."""
    for writer in ("finance", "industry", "assessment"):
        await house.serve(writer, "worker")
    return await house.serve("registry")


async def household(house: House, division: str = VILLAGE) -> UUID:
    """With a phone and an account, in a village that has a name."""
    household_id = await seed_household(house, division, natural_village="后沟")
    keys, owner = read_data_keys(house.keys.data), await house.owner("registry")
    sealed = [
        keys.encrypt(value, "household_contact", f"{name}_sealed", household_id)
        for name, value in (("phone", PHONE), ("account", ACCOUNT))
    ]
    await owner.execute(
        "INSERT INTO household_contact VALUES ($1, $2, $3, $4, uuidv7(), '[2014-06-01,)', 'office',"
        " tstzrange(now(), NULL), 'takeover')",
        household_id, division, *sealed,
    )  # fmt: skip
    await owner.execute(
        "INSERT INTO division VALUES ($1, '[2010-01-01,)', '东湖村', 'Donghu', 'village', false, 0)"
        " ON CONFLICT DO NOTHING",
        division,
    )
    return household_id


def approved(household_id: UUID, **changes: Any) -> LoanApproved:
    of_loan = {"loan_id": uuid4(), "household_id": household_id, "division": VILLAGE, "loan_no": "n"}
    return LoanApproved.model_validate(of_loan | {"amount_fen": 1, "term_months": 1, "bank": "xinhe"} | changes)


def named(household_id: UUID, **changes: Any) -> PayeeNamed:
    of_line = {"household_id": household_id, "division": VILLAGE, "payment_id": uuid4(), "batch_id": uuid4()}
    return PayeeNamed.model_validate(of_line | {"bank": "xinhe", "checked_on": date(2017, 6, 1)} | changes)


def drawn(household_id: UUID, **changes: Any) -> SampleDrawn:
    of_round = {"household_id": household_id, "division": VILLAGE, "sample_id": uuid4(), "round_id": uuid4()}
    return SampleDrawn.model_validate(of_round | {"drawn_on": date(2017, 6, 1), "until": date(2017, 7, 1)} | changes)


def item(purpose: str, case_id: UUID, household_id: UUID, *fields: str) -> dict[str, Any]:
    about = {"id": str(uuid4()), "purpose": purpose, "case_id": str(case_id), "household_id": str(household_id)}
    return about | {"fields": list(fields) or EVERY}


async def ask(door: Door, *items: dict[str, Any], role: str, area: str, on: str = "2017-06-01", **who: Any) -> Any:
    answer = await door.call("POST", DOOR, role, area, on=on, json={"items": list(items)}, **who)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return answer.json()["results"]


async def codes(door: Door, *items: dict[str, Any], **who: Any) -> list[str | None]:
    return [str(r["code"]).rpartition(".")[2] if r["code"] else None for r in await ask(door, *items, **who)]


async def looks(door: Door, role: str = "auditor", query: str = "", **who: Any) -> list[dict[str, Any]]:
    answer = await door.call("GET", f"{DOOR}{query}", role, **who)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def test_each_purpose_tells_what_it_needs_and_nothing_else(house: House) -> None:
    door = await serve(house)
    one = await household(house)
    loan, payee, sample = approved(one), named(one), drawn(one)
    for writer, fact in (("finance", loan), ("industry", payee), ("assessment", sample)):
        await state(house, writer, fact)
        await heard(house, fact.TOPIC, 1)
    cases = [
        ("loan", loan.loan_id, BANK, {"name": "甲", "id_masked": MASKED, "phone": PHONE}),
        ("payout", payee.batch_id, BANK, {"name": "甲", "account": ACCOUNT}),
        ("survey", sample.round_id, SURVEYOR, {"name": "甲", "phone": PHONE, "address": "东湖村后沟"}),
    ]  # fmt: skip
    for kind, case_id, who, told in cases:
        (result,) = await ask(door, item(kind, case_id, one), **who)
        assert (result["status"], result["told"]) == ("accepted", told)
        assert sorted(result["beyond"]) == sorted(set(EVERY) - set(told))
    (nothing,) = await ask(door, item("loan", loan.loan_id, one, "account"), **BANK)
    assert (nothing["status"], nothing["code"], nothing["told"]) == (
        "refused", "registry.disclosures.beyond_purpose", {},
    )  # fmt: skip
    kept = await house.rows("registry", "SELECT disclosure::text AS row FROM disclosure")
    assert len(kept) == 3
    assert not [r for r in kept if any(secret in r["row"] for secret in ("甲", PHONE, ACCOUNT, "140999"))]


async def test_what_nobody_has_heard_of_may_be_asked_again(house: House) -> None:
    door = await serve(house)
    one = await household(house)
    loan = approved(one)
    asked = item("loan", loan.loan_id, one)
    assert await codes(door, asked, **BANK) == ["purpose_unknown"]
    await state(house, "finance", loan)
    await heard(house, loan.TOPIC, 1)
    assert await codes(door, asked, **BANK) == [None]
    # Of another household, of another case, of another kind it says nothing.
    other = await household(house)
    wrong = [item("loan", loan.loan_id, other), item("loan", uuid4(), one), item("payout", loan.loan_id, one)]
    assert await codes(door, *wrong, asked, **BANK) == ["purpose_unknown"] * 3 + [None]


async def test_another_bank_and_another_village_are_told_nothing(house: House) -> None:
    door = await serve(house)
    one = await household(house)
    loan, sample = approved(one), drawn(one)
    await state(house, "finance", loan)
    await state(house, "assessment", sample)
    await heard(house, loan.TOPIC, 1)
    await heard(house, sample.TOPIC, 1)
    borrower, asked = item("loan", loan.loan_id, one), item("survey", sample.round_id, one)
    assert await codes(door, borrower, **BANK | {"bank": "rcu"}) == ["purpose_unknown"]
    assert await codes(door, borrower, **BANK | {"bank": "rcu", "area": "140927"}) == ["purpose_unknown"]
    assert await codes(door, borrower, **SURVEYOR) == ["purpose_unknown"]
    assert await codes(door, asked, **BANK) == ["purpose_unknown"]
    assert await codes(door, asked, **SURVEYOR | {"area": "140927201"}) == ["purpose_unknown"]
    assert await codes(door, asked, **SURVEYOR | {"area": VILLAGE}) == [None]
    for role in ("county", "township", "village", "team", "helper", "villager", "auditor", "subscriber", "department"):
        refused = await door.call("POST", DOOR, role, json={"items": [borrower]})
        assert (refused.status_code, refused.json()["code"]) == (403, "shared.forbidden")
    assert len(await house.rows("registry", "SELECT 1 FROM disclosure")) == 1


async def test_a_purpose_ends(house: House) -> None:
    door = await serve(house)
    one = await household(house)
    settled, declined, payee, sample, closed = approved(one), approved(one), named(one), drawn(one), drawn(one)
    about = {"household_id": one, "division": VILLAGE}
    await state(house, "finance", settled, declined)
    paid = LoanDisbursed(loan_id=settled.loan_id, amount_fen=1, disbursed_on=date(2017, 6, 2), **about)
    over = LoanSettled(loan_id=settled.loan_id, settled_on=date(2017, 6, 10), **about)
    await state(house, "finance", paid, over)
    await state(house, "finance", LoanRefused(loan_id=declined.loan_id, reasons=["bank_declined"], **about),
                on=date(2017, 6, 5))  # fmt: skip
    await state(house, "industry", payee)
    ended = {"sample_id": closed.sample_id, "round_id": closed.round_id, "closed_on": date(2017, 6, 20)}
    await state(house, "assessment", sample, closed, SampleClosed(**about, **ended))
    for topic, count in ((settled.TOPIC, 5), (payee.TOPIC, 1), (sample.TOPIC, 3)):
        await heard(house, topic, count)
    last_days = [
        (item("loan", settled.loan_id, one), BANK, "2017-06-10", "2017-06-11"),
        (item("loan", declined.loan_id, one), BANK, "2017-06-05", "2017-06-06"),
        (item("payout", payee.batch_id, one), BANK, "2017-07-30", "2017-07-31"),
        (item("survey", sample.round_id, one), SURVEYOR, "2017-07-01", "2017-07-02"),
        (item("survey", closed.round_id, one), SURVEYOR, "2017-06-20", "2017-06-21"),
    ]
    for asked, who, last, after in last_days:
        assert await codes(door, asked, on=last, **who) == [None]
        assert await codes(door, asked, on=after, **who) == ["purpose_ended"]
    # Told again, what has ended does not go on.
    await state(house, "finance", settled)
    await heard(house, settled.TOPIC, 6)
    assert await codes(door, last_days[0][0], on="2017-06-11", **BANK) == ["purpose_ended"]


async def test_who_is_asked_no_more_is_told_to_no_surveyor(house: House) -> None:
    """Struck or frozen after the draw; a bank goes on with its borrower."""
    door = await serve(house)
    gone, frozen = await household(house), await household(house)
    samples, loans = [drawn(gone), drawn(frozen)], [approved(gone), approved(frozen)]
    await state(house, "assessment", *samples)
    await state(house, "finance", *loans)
    await heard(house, samples[0].TOPIC, 2)
    await heard(house, loans[0].TOPIC, 2)
    asked = [item("survey", s.round_id, s.household_id) for s in samples]
    borrowers = [item("loan", x.loan_id, x.household_id) for x in loans]
    assert await codes(door, *asked, **SURVEYOR) == [None, None]
    status = "UPDATE household SET status = $1 WHERE id = $2"
    owner = await house.owner("registry")
    await owner.execute(status, "removed", gone)
    await owner.execute("INSERT INTO frozen_household VALUES ($1, $2, '2017-06-01')", frozen, uuid4())
    answers = await ask(door, *asked, **SURVEYOR)
    assert [(a["code"], a["told"]) for a in answers] == [("shared.household_removed", {}), ("shared.frozen", {})]
    assert await codes(door, *borrowers, **BANK) == [None, None]
    assert await codes(door, item("survey", uuid4(), gone), **SURVEYOR) == ["purpose_unknown"]
    await owner.execute(status, "poor", gone)
    await owner.execute("UPDATE frozen_household SET reviewed_on = '2017-06-02'")
    assert await codes(door, *asked, **SURVEYOR) == [None, None]


async def test_who_signs_is_told_where_he_is_named_and_else_the_head(house: House) -> None:
    door = await serve(house)
    one = await household(house)
    owner = await house.owner("registry")
    son = uuid4()
    sealed = read_data_keys(house.keys.data).encrypt("140999199001010018", "member", "id_number_sealed", son)
    await owner.execute("INSERT INTO member VALUES ($1, $2, $3, $4, 'son')", son, one, VILLAGE, sealed)
    await owner.execute(
        "INSERT INTO member_fact SELECT (jsonb_populate_record(f, jsonb_build_object('id', uuidv7(), 'name', '乙',"
        " 'member_id', $1::text, 'relation', 'son', 'valid', '[2014-06-01,2017-05-01)'))).* FROM member_fact f",
        str(son),
    )  # fmt: skip
    head, borrower, before = approved(one), approved(one, borrower="son"), approved(one, bank=None)
    await state(house, "finance", head, borrower, before)
    await heard(house, head.TOPIC, 3)
    asked = [item("loan", fact.loan_id, one, "name", "id_masked") for fact in (head, borrower, before)]
    results = await ask(door, *asked, **BANK)
    assert [r["told"] for r in results] == [
        {"name": "甲", "id_masked": MASKED}, {"name": "乙", "id_masked": "1409991990********"}, {},
    ]  # fmt: skip
    # A fact of before banks were named makes nobody's purpose.
    assert results[2]["code"] == "registry.disclosures.purpose_unknown"


async def test_a_household_reads_who_looked_at_it(house: House) -> None:
    door = await serve(house)
    one, other = await household(house), await household(house)
    owner = await house.owner("registry")
    await owner.execute(
        "UPDATE resident SET person = 'other-person' WHERE household_id = $1 AND person = 'test-person'", other
    )
    loan, theirs = approved(one), approved(other)
    await state(house, "finance", loan, theirs)
    await heard(house, loan.TOPIC, 2)
    both = [item("loan", loan.loan_id, one, "name", "phone"), item("loan", theirs.loan_id, other, "name")]
    await ask(door, *both, **BANK, subject="clerk")
    assert (await door.call("GET", f"/registry/v1/households/{one}", "township", subject="wang")).status_code == 200
    assert (await door.call("GET", f"/registry/v1/dossier/{one}", "helper", VILLAGE)).status_code == 200
    assert (await door.call("GET", f"/registry/v1/households/{one}", "villager")).status_code == 200
    assert (await door.call("GET", f"/registry/v1/households/{uuid4()}", "county")).status_code == 404

    async def written() -> bool:
        return len(await looks(door, "villager")) == 3

    await house.settled(written)
    await granted_and_resolved(door, one)
    own = await looks(door, "villager")
    assert [(x["kind"], x["role"], x["subject"], x["household_id"]) for x in own] == [
        ("loan", "bank", "clerk", str(one)), ("opened", "township", "wang", str(one)),
        ("opened", "helper", "test-helper", str(one)), ("grant", "department", "bureau", str(one)),
    ]  # fmt: skip
    assert own[0]["sentence_en"] == f"The bank xinhe learned name, phone for loan {loan.loan_id} on 2017-06-01."
    assert own[0]["sentence_zh"] == f"2017-06-01，银行 xinhe 因贷款 {loan.loan_id} 获知：姓名、电话。"
    assert own[1]["sentence_zh"] == "2017-06-01，wang（乡镇级）打开了该户档案。"
    assert own[3]["fields"] == ["name", "relation"]
    assert len(await looks(door, "villager", f"?household_id={other}")) == 0
    assert len(await looks(door, "villager", person="other-person")) == 1
    for role in ("auditor", "county"):
        assert len(await looks(door, role)) == 5
        assert [x["kind"] for x in await looks(door, role, f"?household_id={other}")] == ["loan"]
        assert len(await looks(door, role, "?subject=clerk")) == 2
    for role in ("township", "village", "team", "helper", "bank", "surveyor", "subscriber", "department", "entity"):
        assert (await door.call("GET", DOOR, role)).status_code == 403


async def test_what_was_opened_is_on_record_when_the_process_stops(house: House) -> None:
    one = await seed_household(house)
    app = build_app(find_service("registry"), await house.settings("registry"), "api")
    async with app.router.lifespan_context(app):
        client = httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://registry")
        door = Door(client, house.keys, app)
        assert (await door.call("GET", f"/registry/v1/households/{one}", "county")).status_code == 200
        await client.aclose()
    kept = await house.rows("registry", "SELECT household_id, role FROM disclosure")
    assert [tuple(r) for r in kept] == [(one, "county")]


async def granted_and_resolved(door: Door, household_id: UUID) -> None:
    terms = {"purposes": ["schooling"], "ends_on": "2018-01-01"}
    path = "/registry/v1/resolutions"
    granted = await door.call("PUT", f"{path}/grants/bureau", "county", json=terms, headers={"If-None-Match": "*"})
    assert granted.status_code == 200, granted.text
    asked = {"household_ids": [str(household_id)], "purpose": "schooling"}
    assert (await door.call("POST", path, "department", subject="bureau", json=asked)).status_code == 200


async def test_nobody_carries_the_register_away(house: House) -> None:
    door = await serve(house)
    one = await household(house)
    loan = approved(one)
    await state(house, "finance", loan)
    await heard(house, loan.TOPIC, 1)
    items = [item("loan", loan.loan_id, one, "name") for _ in range(900)]
    calls = (door.call("POST", DOOR, "bank", "", bank="xinhe", json={"items": items}) for _ in range(4))
    answers = await asyncio.gather(*calls)
    assert sorted(a.status_code for a in answers) == [200, 200, 429, 429]
    refused = next(a for a in answers if a.status_code == 429)
    assert (refused.json()["code"], refused.headers["retry-after"]) == ("registry.disclosures.too_many", "3600")
    # Somebody else of the same bank has an hour of his own, and what was refused counts for nobody.
    assert await codes(door, items[0], subject="second clerk", **BANK) == [None]
    assert await codes(door, *[item("loan", uuid4(), one) for _ in range(1000)], **BANK) == ["purpose_unknown"] * 1000
    await (await house.owner("registry")).execute("UPDATE disclosure SET asked_at = asked_at - interval '1 hour'")
    assert await codes(door, *items, **BANK) == [None] * 900


async def test_the_database_alone_shows_a_bank_nobody_but_its_own(house: House) -> None:
    door = await serve(house)
    one = await household(house)
    loan = approved(one)
    await state(house, "finance", loan)
    await heard(house, loan.TOPIC, 1)
    connection = await asyncpg.connect((await house.settings("registry")).database_url)
    house.stack.push_async_callback(connection.close)
    people = "SELECT name FROM purpose_people(ARRAY['loan'], ARRAY[$1::uuid], ARRAY[$2::uuid], $3::date)"
    for bank, on, found in (
        ("xinhe", date(2017, 6, 1), 1),
        ("rcu", date(2017, 6, 1), 0),
        ("xinhe", date(2017, 5, 1), 0),
    ):
        await connection.execute(
            "BEGIN; SELECT set_config('app.role', 'bank', true), set_config('app.subject', 'clerk', true),"
            f" set_config('app.bank', '{bank}', true)"
        )
        assert len(await connection.fetch(people, loan.loan_id, one, on)) == found
        assert await connection.fetch("SELECT 1 FROM member_fact") == []
        assert len(await connection.fetch("SELECT 1 FROM purpose")) == (bank == "xinhe")
        await connection.execute("ROLLBACK")
    assert await connection.fetch(people, loan.loan_id, one, date(2017, 6, 1)) == []
    await ask(door, item("loan", loan.loan_id, one), **BANK)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute("DELETE FROM disclosure")


async def test_an_item_that_cannot_be_read_refuses_itself_alone(house: House) -> None:
    door = await house.serve("registry", "api")
    bad = item("loan", uuid4(), uuid4(), "diagnosis")
    results = await ask(door, bad, item("loan", uuid4(), uuid4()), **BANK)
    assert [r["code"] for r in results] == ["shared.invalid_item", "registry.disclosures.purpose_unknown"]
