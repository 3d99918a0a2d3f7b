"""What a journal must be."""

import pytest

from services.finance.ledger.rules import Entry, is_balanced, transfer


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
