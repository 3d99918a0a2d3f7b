"""When an application is withdrawn, and who vouches for it on paper: pure rules.

Nobody is registered who does not ask for it; until the announcement who applied may take it back (domain notes 2.1
"Identification procedure"). On paper an official who neither helps nor decides records the signed sheet, and a second
one confirms it (9.1).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Literal

State = Literal["recorded", "confirmed", "rejected"]
WithdrawalReason = Literal["moved_away", "better_off", "other_support", "mistaken", "private"]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is recorded of a signed sheet, and by whom."""

    signed_on: date
    witness: str
    recorded_by: str


def sheet_refusal(sheet: Sheet, applied_on: date, deciders: Collection[str | None], on: date) -> str | None:
    """Why a sheet is not recorded; None where it may be. Nobody vouches for it who has decided about the household."""
    against = (
        (sheet.signed_on > on, "future_date"),
        (sheet.signed_on < applied_on, "before_application"),
        (sheet.witness == sheet.recorded_by, "same_person"),
        (sheet.witness in deciders or sheet.recorded_by in deciders, "decider_vouches"),
    )
    return next((code for holds, code in against if holds), None)
