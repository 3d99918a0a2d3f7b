"""What other services' facts become here, and what a death asks for."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.assessment.deeds.reactions import MEANINGS, _deed
from services.assessment.deeds.rules import HELP, follow_up_due_on
from services.assessment.deeds.tables import Deed
from shared.events.finance import LoanDisbursed
from shared.events.industry import DividendMissed
from shared.events.registry import MemberRemoved

ONE, LOAN, AGREEMENT = UUID(int=1), UUID(int=2), UUID(int=3)
OF: dict[str, Any] = {"household_id": ONE, "division": "140927200201"}
DAY = date(2017, 3, 18)


@pytest.mark.parametrize(
    ("fact", "deed"),
    [
        (
            LoanDisbursed(**OF, loan_id=LOAN, amount_fen=3_000_000, disbursed_on=DAY),
            Deed("loan", f"{LOAN}/2017-03-18", ONE, OF["division"], DAY, 3_000_000),
        ),
        (
            MemberRemoved(**OF, reason="death", head=False, members=2, removed_on=DAY),
            Deed("death", f"{ONE}/2017-03-18", ONE, OF["division"], DAY),
        ),
        (
            DividendMissed(
                **OF, agreement_id=AGREEMENT, loan_id=LOAN, due_on=date(2017, 1, 1), owed_fen=5, missed_on=DAY
            ),
            Deed("dividend_missed", f"{AGREEMENT}/2017-01-01", ONE, OF["division"], DAY, 5),
        ),
    ],
)
def test_a_fact_is_a_deed(fact: Any, deed: Deed) -> None:
    assert _deed(fact) == deed


def test_every_fact_has_the_fields_that_its_meaning_names() -> None:
    for kind, meaning in MEANINGS.items():
        named = {*meaning.names, meaning.day, *([meaning.amount] if meaning.amount else [])}
        assert named <= set(kind.model_fields), kind


def test_help_is_what_reached_a_household() -> None:
    told = {m.kind for m in MEANINGS.values()}
    assert set(HELP) < told
    taken_back = {"certificate_revoked", "payment_revoked", "death_revoked"}
    assert told - set(HELP) == {"exit", "exit_revoked", "objection", "dividend_missed", "death"} | taken_back


def test_only_a_death_asks_for_a_visit() -> None:
    assert follow_up_due_on("death", date(2017, 1, 31), 30) == date(2017, 3, 2)
    assert follow_up_due_on("death", date(2017, 1, 31), 30, revoked=True) is None
    assert follow_up_due_on("exit", date(2017, 1, 31), 30) is None
