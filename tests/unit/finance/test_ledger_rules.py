"""What a journal must be."""

from datetime import date
from uuid import UUID

import pytest

from services.finance.ledger.actions import post_journals
from services.finance.ledger.rules import Entry, Journal, is_balanced, transfer
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


async def test_what_does_not_balance_never_reaches_the_database() -> None:
    entries = (Entry("loan_principal", 70), Entry("bank_clearing", 0, 69))
    day = date(2017, 6, 1)
    wrong = Journal("test", UUID(int=1), "140927200201", "xinhe", day, "bank:xinhe:1", entries)
    with pytest.raises(ValueError, match="does not balance"):
        await post_journals(None, system_act("finance", day), [wrong])
