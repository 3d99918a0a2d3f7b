"""When a household's card is handed over, and by whom it is received: pure rules.

Announced, entered, card issued: the last step of an identification (domain notes 2.1 "Identification procedure", 9.3).
The household signs for it, on paper or by an act of its own (9.1).
"""

from dataclasses import dataclass
from datetime import date

from services.registry.households.rules import day_refusal, is_of_age


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs for it: `own`, he belongs to the household."""

    own: bool
    born_on: date


def handing_refusal(*, struck: bool, registered_on: date, handed_on: date, on: date) -> str | None:
    """Why no card was handed over on that day; None where one may have been."""
    return "shared.household_removed" if struck else day_refusal(handed_on, registered_on, on)


def signer_refusal(signer: Signer | None, on: date) -> str | None:
    """Why somebody does not sign for a household's card."""
    if signer is None or not signer.own:
        return "not_in_household"
    return None if is_of_age(signer.born_on, on) else "under_age"
