"""What a bank may send: one body a kind, each event judged alone."""

from typing import Any

from services.finance.bank.schemas import BankEvent, Decision, Settled
from shared.acts.bodies import Batch, Unreadable

COMMON = {"loan_no": "1", "occurred_on": "2017-04-01"}


def test_an_event_that_fits_no_kind_refuses_itself_alone() -> None:
    items: list[Any] = [
        {"serial": "a", "kind": "decision", "approved": True},
        {"serial": "b", "kind": "gift"},
        {"serial": "c"},
        {"serial": "d", "kind": "repayment"},
        {"serial": "e", "kind": "settled", "amount_fen": 5},
        {"serial": "f", "kind": "settled"},
    ]
    batch = Batch[BankEvent].model_validate({"items": [COMMON | item for item in items]})
    assert [type(event) for event in batch.sound] == [Decision, Settled]
    refused = [item.result for item in batch.items if isinstance(item, Unreadable)]
    assert [(r.id, r.code, r.errors[0].field) for r in refused] == [
        ("b", "shared.invalid_item", "kind"),
        ("c", "shared.invalid_item", "kind"),
        ("d", "shared.invalid_item", "amount_fen"),
        ("e", "shared.invalid_item", "amount_fen"),
    ]
    assert "gift" not in str(refused)


def test_the_document_shows_what_tells_the_kinds_apart() -> None:
    items = Batch[BankEvent].model_json_schema()["properties"]["items"]["items"]
    assert items["discriminator"]["propertyName"] == "kind"
    assert len(items["oneOf"]) == len(items["discriminator"]["mapping"]) == 7
