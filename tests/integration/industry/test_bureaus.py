"""The office proposes, the bureau answers: which unit takes which step, who may no longer, and what began before."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import pytest

from tests.conftest import BUREAUS, Door, House
from tests.integration.industry import test_forestry as forestry
from tests.integration.industry import test_training as training
from tests.integration.industry.acts import COUNTY, get, results, seed_household
from tests.integration.industry.test_payouts import BATCHES, answer, answered, due, make, owe, sent
from tests.integration.industry.test_posts import check as check_proposal
from tests.integration.industry.test_posts import job, opened, proposal, propose

Waits = tuple[str, dict[str, Any]]
Begin = Callable[[House, Door], Awaitable[Waits]]


def word(item_id: str) -> dict[str, Any]:
    return {"items": [{"id": item_id, "confirmed": True}]}


async def batch(house: House, door: Door) -> Waits:
    await owe(house, due(await seed_household(house)))
    made = (await make(door)).json()["id"]
    return f"/payouts/batches/{made}/check", {}


async def checked_proposal(house: House, door: Door) -> Waits:
    item = proposal((await opened(door, job()))[0], await seed_household(house))
    await propose(door, item, subject="clerk")
    await check_proposal(door, item["id"], subject="officer")
    return "/posts/approvals", word(item["id"])


async def certificate(house: House, door: Door) -> Waits:
    (its_class,) = await training.planned(door, training.course())
    attendance = training.days(its_class, await seed_household(house), "T1")
    await training.attend(door, attendance)
    item = training.certificate(attendance, "N1")
    await training.certify(door, item, subject="one")
    return "/training/certificates/acceptances", word(item["id"])


async def revocation(house: House, door: Door) -> Waits:
    _, accepted = await certificate(house, door)
    (item,) = accepted["items"]
    await training.accept(door, item, subject="two")
    wrong = {"id": str(uuid4()), "certificate_id": item["id"], "reason": "forged"}
    await results(door, "POST", "/corrections/certificates", "county", wrong, subject="three")
    return "/corrections/certificates/confirmations", word(wrong["id"])


async def mistaken_payment(house: House, door: Door) -> Waits:
    await owe(house, due(await seed_household(house)))
    batch_id = await sent(door)
    await answer(door, batch_id, answered("1,100.00,paid,,2017-06-05", total="1,100.00"))
    (line,) = (await get(door, f"/payouts/lines?batch_id={batch_id}"))["items"]
    wrong = {"items": [{"id": str(uuid4()), "line_id": line["id"], "code": "R09"}]}
    path = "/industry/v1/corrections/payments"
    await door.call("POST", path, "bank", "", bank="xinhe", on="2017-06-06", json=wrong)
    return "/corrections/payments/confirmations", word(wrong["items"][0]["id"])


async def said(door: Door, waits: Waits, role: str) -> tuple[int, str | None]:
    """Status, and why it or its one item was refused."""
    path, body = waits
    told = await door.call("POST", f"/industry/v1{path}", role, COUNTY, on="2017-06-10", subject=f"{role}-9", json=body)
    first: dict[str, Any] = next(iter(told.json().get("results", ())), told.json())
    return told.status_code, first.get("code")


STEPS = pytest.mark.parametrize(
    ("begin", "bureau", "table"),
    [
        (batch, "finance", "payout_batch"),
        (mistaken_payment, "finance", "payment_revocation"),
        (checked_proposal, "human_resources", "post_assignment"),
        (certificate, "human_resources", "training_certificate"),
        (revocation, "human_resources", "certificate_revocation"),
    ],
)


@STEPS
async def test_the_office_and_other_bureaus_may_not_and_the_bureau_may(
    house: House, begin: Begin, bureau: str, table: str
) -> None:
    door = await house.serve("industry", "api")
    waits = await begin(house, door)
    for other in (unit for unit in BUREAUS if unit != bureau):
        assert await said(door, waits, other) == (403, "shared.forbidden_unit")
    # A batch's item is refused by itself, the check of one thing as a whole.
    refused = await said(door, waits, "county")
    assert refused == (403 if table == "payout_batch" else 200, "shared.wrong_role")
    assert await said(door, waits, bureau) == (200, None)


@STEPS
async def test_what_began_before_the_bureau_took_it_the_office_ends(
    house: House, begin: Begin, bureau: str, table: str
) -> None:
    door = await house.serve("industry", "api")
    waits = await begin(house, door)
    await (await house.owner("industry")).execute(f"UPDATE {table} SET procedure_version = 1")
    waiting = [t["id"] for t in (await get(door, "/tasks", "county", on="2017-06-10", subject="county-9"))["items"]]
    assert len(waiting) == 1
    assert (await get(door, "/tasks", bureau, on="2017-06-10", subject="x"))["items"] == []
    assert (await said(door, waits, bureau))[1] == "shared.wrong_role"
    assert await said(door, waits, "county") == (200, None)


async def test_the_county_no_longer_teaches_certifies_or_plants(house: House) -> None:
    door = await house.serve("industry", "api")
    for bureau, method, path in (
        ("human_resources", "POST", "/training/classes"),
        ("forestry", "POST", "/forestry/acceptances"),
        ("forestry", "POST", "/forestry/contracts"),
        ("forestry", "PUT", "/forestry/coops"),
        ("forestry", "POST", "/restatements/acceptances"),
    ):
        for role in ("county", *BUREAUS):
            told = await door.call(method, f"/industry/v1{path}", role, COUNTY, json={"items": []})
            assert (role == bureau) == (told.status_code != 403), (role, path, told.text)
    told = await door.call("POST", "/industry/v1/training/subsidies", "county", COUNTY, json={"course": None})
    assert (told.status_code, told.json()["code"]) == (403, "shared.forbidden")


async def test_the_finance_bureau_reads_the_batch_and_its_lines_before_it_checks(house: House) -> None:
    door = await house.serve("industry", "api")
    await batch(house, door)
    (shown,) = (await get(door, "/payouts/batches?state=made", "finance"))["items"]
    (line,) = (await get(door, f"/payouts/lines?batch_id={shown['id']}", "finance"))["items"]
    assert (shown["amount_fen"], line["amount_fen"]) == (10_000, 10_000)
    path = f"/industry/v1/payouts/batches/{shown['id']}"
    assert (await door.call("POST", f"{path}/check", "finance", subject="x", on="2017-06-02")).status_code == 200
    assert (await door.call("GET", f"{path}/file", "finance")).text.endswith("total,1,100.00\n")
    # Another county's bureau is shown nothing.
    elsewhere = await door.call("GET", BATCHES, "finance", "140928")
    assert elsewhere.json()["items"] == []


async def test_the_forestry_bureau_reads_plots_and_what_stood_of_them(house: House) -> None:
    door = await house.serve("industry", "api")
    household = await seed_household(house)
    plot = forestry.plot(household)
    await forestry.codes(door, "plots", "township", plot, subject="one")
    (shown,) = (await get(door, "/forestry/plots", "forestry"))["items"]
    assert shown == plot | {"division": "140927200201", "recorded_on": "2017-06-01"}
    standing = forestry.standing(plot, 480)
    assert await forestry.codes(door, "acceptances", "forestry", standing, subject="two") == [None]
    right = {"id": str(uuid4()), "record_id": standing["id"], "area_mu_x100": 100, "reason": "miscounted"}
    await results(door, "POST", "/restatements/acceptances", "forestry", right)
    (stood,) = (await get(door, f"/forestry/acceptances?household_id={household}", "forestry"))["items"]
    assert (stood["plot_id"], stood["area_mu_x100"], stood["stood_mu_x100"]) == (plot["id"], 480, 100)
    assert (await get(door, "/forestry/plots", "village", "140927200202"))["items"] == []
