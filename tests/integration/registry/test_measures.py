"""Help becomes measures over the real bus: its giver's outbox, its relay, the log, the registry's consumer."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from shared.events.envelope import Payload
from shared.events.finance import InterestSettled, LoanApproved, LoanDisbursed, LoanSettled
from shared.events.industry import (
    AgreementEnded,
    AgreementSigned,
    CertificateIssued,
    CertificateRevoked,
    ParticipationAccepted,
    PaymentRevoked,
    PostAssigned,
    PostEnded,
)
from shared.events.relocation import ApplicationEnded, RelocationAgreed
from shared.serve.run import _republish
from tests.conftest import House, find_service
from tests.integration.registry.facts import heard, paid
from tests.integration.registry.facts import state as state_as
from tests.integration.registry.test_exits import finished, noticed, ready_household
from tests.integration.registry.test_households import VILLAGE, seed_household

TOPIC = "finance.loan"
MEASURES = "SELECT household_id, division, kind, source, started_on, ended_on FROM measure ORDER BY source"


async def state(house: House, facts: Sequence[Payload]) -> None:
    await state_as(house, "finance", *facts)


def life(loan_id: UUID, household_id: UUID, division: str = VILLAGE) -> list[Payload]:
    of_loan = {"loan_id": loan_id, "household_id": household_id, "division": division}
    settled = {"amount_fen": 1, "period_start_on": date(2017, 3, 21), "period_end_on": date(2017, 6, 21)}
    return [
        LoanApproved(**of_loan, loan_no="n", amount_fen=5, term_months=12),
        LoanDisbursed(**of_loan, amount_fen=3, disbursed_on=date(2017, 2, 18)),
        LoanDisbursed(**of_loan, amount_fen=2, disbursed_on=date(2017, 3, 18)),
        InterestSettled(**of_loan, **settled),
        LoanSettled(**of_loan, settled_on=date(2017, 9, 20)),
    ]


async def marks(house: House) -> dict[str, int]:
    rows = await house.rows("registry", "SELECT key, last_sequence FROM applied WHERE topic = $1", TOPIC)
    return {r["key"]: r["last_sequence"] for r in rows}


async def offset(house: House) -> int:
    rows = await house.rows("registry", "SELECT sum(next_offset) AS n FROM consumer_offset WHERE topic = $1", TOPIC)
    return int(rows[0]["n"] or 0)


async def test_a_loan_is_a_measure_until_it_is_settled(house: House) -> None:
    one, two = await seed_household(house), await seed_household(house)
    paid, running = uuid4(), uuid4()
    await state(house, life(paid, one) + life(running, two)[:2])
    await house.serve("finance", "worker")
    door = await house.serve("registry")

    async def applied() -> bool:
        return await marks(house) == {str(paid): 5, str(running): 2}

    await house.settled(applied)
    await state(house, life(running, two)[2:3])  # the second part, in a batch of its own

    async def topped_up() -> bool:
        return (await marks(house))[str(running)] == 3

    await house.settled(topped_up)
    expected = {
        (one, VILLAGE, "loan", str(paid), date(2017, 2, 18), date(2017, 9, 20)),
        (two, VILLAGE, "loan", str(running), date(2017, 2, 18), None),
    }
    assert {tuple(r) for r in await house.rows("registry", MEASURES)} == expected
    assert await offset(house) == 8
    shown = (await door.call("GET", f"/registry/v1/measures?household_id={one}", "village", VILLAGE)).json()
    (measure,) = shown["items"]
    assert measure == {
        "id": measure["id"], "household_id": str(one), "kind": "loan", "source": str(paid),
        "started_on": "2017-02-18", "ended_on": "2017-09-20",
    }  # fmt: skip
    elsewhere = await door.call("GET", f"/registry/v1/measures?household_id={one}", "village", "140927200202")
    assert elsewhere.status_code == 404
    audited = "SELECT count(*) AS n FROM audit WHERE relation = 'measure'"
    written = await house.rows("registry", audited)
    assert await _republish(find_service("finance"), await house.settings("finance"), TOPIC) == 8

    async def read_again() -> bool:
        return await offset(house) == 16

    await house.settled(read_again)
    assert {tuple(r) for r in await house.rows("registry", MEASURES)} == expected
    assert await house.rows("registry", audited) == written
    assert await marks(house) == {str(paid): 5, str(running): 3}
    assert await house.rows("registry", "SELECT 1 FROM parked_key") == []


async def test_a_loan_of_an_unknown_household_is_set_aside_alone(house: House) -> None:
    known, stranger = await seed_household(house), uuid4()
    good, bad = uuid4(), uuid4()
    await state(house, life(bad, stranger)[:2] + life(good, known)[:2])
    await house.serve("finance", "worker")
    await house.serve("registry")

    async def applied() -> bool:
        return await offset(house) == 4

    await house.settled(applied)
    assert await marks(house) == {str(good): 2, str(bad): 1}
    assert [r["source"] for r in await house.rows("registry", MEASURES)] == [str(good)]
    (parked,) = await house.rows("registry", "SELECT key, waits_for FROM parked_key")
    assert tuple(parked) == (str(bad), f"registry.household/{stranger}")


async def test_a_measure_stands_where_the_register_has_the_household(house: House) -> None:
    """The event's division may be an old one, of before the household moved."""
    household_id = await seed_household(house)
    await state(house, life(uuid4(), household_id, "140927201201")[:2])
    await house.serve("finance", "worker")
    await house.serve("registry", "worker")

    async def there() -> bool:
        return bool(await house.rows("registry", MEASURES))

    await house.settled(there)
    (row,) = await house.rows("registry", MEASURES)
    assert row["division"] == VILLAGE


async def test_every_kind_of_help_is_a_measure_and_an_exit_ends_none(house: House) -> None:
    door = await house.serve("registry")
    for writer in ("finance", "relocation", "industry"):
        await house.serve(writer, "worker")
    household_id = await ready_household(house, door)
    of: dict[str, Any] = {"household_id": household_id, "division": VILLAGE}
    ids = {name: uuid4() for name in ("loan", "move", "deal", "post")}
    certificate, part, other = uuid4(), uuid4(), uuid4()
    day, last = date(2017, 4, 1), date(2017, 12, 1)
    await state(house, life(ids["loan"], household_id)[:2])
    await state_as(
        house, "relocation", RelocationAgreed(**of, application_id=ids["move"], cohort=2016, members=1, agreed_on=day),
        ApplicationEnded(**of, application_id=other, reason="refused", ended_on=day),
    )  # fmt: skip
    agreed: dict[str, Any] = {"agreement_id": ids["deal"], "loan_id": ids["loan"]}
    await state_as(
        house, "industry", AgreementSigned(**of, **agreed, entity_code="e", floor_fen=1, signed_on=day),
        PostAssigned(**of, assignment_id=ids["post"], kind="pv", monthly_fen=1, started_on=day),
        CertificateIssued(**of, certificate_id=certificate, course="cook", issued_on=day),
        ParticipationAccepted(
            **of, participation_id=part, project_kind="shop", quantity_x100=100, unit="count", accepted_on=day
        ),
    )  # fmt: skip
    for topic, count in ((TOPIC, 2), ("relocation.household", 2), ("industry.household", 4)):
        await heard(house, topic, count)
    assert (await finished(door, await noticed(door, household_id)))[-1]["state"] == "announced"

    async def given() -> dict[str, tuple[str, str | None]]:
        shown = (
            await door.call("GET", f"/registry/v1/measures?household_id={household_id}", "village", VILLAGE)
        ).json()
        return {m["kind"]: (m["source"], m["ended_on"]) for m in shown["items"]}

    running = {
        "loan": (str(ids["loan"]), None), "relocation": (str(ids["move"]), None), "dividend": (str(ids["deal"]), None),
        "post": (str(ids["post"]), None), "training": (str(certificate), "2017-04-01"), "project": (str(part), None),
    }  # fmt: skip
    assert await given() == running, "after the exit"
    await state_as(
        house, "industry", AgreementEnded(**of, **agreed, reason="term", ended_on=last),
        PostEnded(**of, assignment_id=ids["post"], reason="left", ended_on=last),
    )  # fmt: skip
    ended = ApplicationEnded(**of, application_id=ids["move"], reason="withdrawn", ended_on=last)
    await state_as(house, "relocation", ended)
    await heard(house, "industry.household", 6)
    await heard(house, "relocation.household", 3)
    over = {kind: (str(ids[name]), "2017-12-01") for kind, name in zip(
        ("relocation", "dividend", "post"), ("move", "deal", "post"), strict=True
    )}  # fmt: skip
    assert await given() == running | over
    await state_as(house, "industry", CertificateRevoked(**of, certificate_id=certificate, revoked_on=last))
    await heard(house, "industry.household", 7)
    assert "training" not in await given()
    assert await house.rows("registry", "SELECT 1 FROM parked_key") == []


async def test_help_of_which_only_payments_tell_is_a_measure_of_their_days(house: House) -> None:
    door = await house.serve("registry")
    await house.serve("industry", "worker")
    household_id = await seed_household(house)
    share, labour, wage = (
        paid(household_id, 10_000, purpose=purpose, payer=purpose, category=category)
        for purpose, category in (("pv_share", "property"), ("forest_labour", "wage"), ("post_wage", "wage"))
    )
    await state_as(house, "industry", share, labour, wage)
    await heard(house, "industry.household", 3)

    async def given() -> dict[str, tuple[str, str, str]]:
        path = f"/registry/v1/measures?household_id={household_id}"
        shown = (await door.call("GET", path, "village", VILLAGE)).json()
        return {m["kind"]: (m["source"], m["started_on"], m["ended_on"]) for m in shown["items"]}

    day = ("2017-09-15", "2017-09-15")
    assert await given() == {"pv": (str(share.payment_id), *day), "forestry": (str(labour.payment_id), *day)}
    of: dict[str, Any] = {"household_id": household_id, "division": VILLAGE, "amount_fen": 10_000}
    back = [PaymentRevoked(**of, payment_id=one.payment_id, revoked_on=date(2017, 10, 1)) for one in (share, wage)]
    await state_as(house, "industry", *back)
    await heard(house, "industry.household", 5)
    assert await given() == {"forestry": (str(labour.payment_id), *day)}
    assert await house.rows("registry", "SELECT 1 FROM parked_key") == []
