"""What a journal must be."""

from datetime import date
from uuid import UUID

import pytest

from services.finance.ledger.actions import post_journals
from services.finance.ledger.rules import Entry, Journal, difference, is_balanced, transfer
from shared.ground.context import system_act


@pytest.mark.parametrize(
    ("entries", "balanced"),
    [
        (transfer("loan_principal", "bank_clearing", 70), True),
        (transfer("loan_principal", "bank_clearing", 0), False),
        ((Entry("loan_principal", 70, 0), Entry("bank_clearing", 0, 69)), False),
        ((Entry("loan_principal", 70, 70), Entry("bank_clearing", 0, 0)), False),
        ((Entry("loan_principal", -70, 0), Entry("bank_clearing", 0, -70)), False),
        ((Entry("loan_principal", 70, 0),), False),
    ],
)
def test_a_journal_balances_or_is_none(entries: tuple[Entry, ...], balanced: bool) -> None:
    assert is_balanced(entries) is balanced


def test_what_is_booked_besides_is_what_is_wanted_less_what_is_booked() -> None:
    wanted = transfer("bank_clearing", "loan_principal", 70)
    assert difference(wanted, {"bank_clearing": 70, "loan_principal": -70}) == ()
    assert difference(wanted, {}) == (Entry("bank_clearing", 70), Entry("loan_principal", 0, 70))
    back = (Entry("bank_clearing", 0, 70), Entry("loan_principal", 70))
    assert difference((), {"bank_clearing": 70, "loan_principal": -70}) == back
    moved = difference(
        transfer("bank_clearing", "interest_receivable", 70), {"bank_clearing": 70, "loan_principal": -70}
    )
    assert moved == (Entry("interest_receivable", 0, 70), Entry("loan_principal", 70))
    assert is_balanced(moved)


async def test_what_does_not_balance_never_reaches_the_database() -> None:
    entries = (Entry("loan_principal", 70), Entry("bank_clearing", 0, 69))
    day = date(2017, 6, 1)
    wrong = Journal("test", UUID(int=1), "140927200201", "xinhe", day, day, "bank:xinhe:1", entries)
    with pytest.raises(ValueError, match="does not balance"):
        await post_journals(None, system_act("finance", day), [wrong])
