"""What of a household's contact may be changed, and how it is shown: pure rules.

A changed account is how money for the poor is taken: money stays two persons' each (domain notes 9.12), and a helping
cadre never sees bank data (domain notes 4).
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from services.registry.households.rules import day_refusal

State = Literal["reported", "confirmed", "rejected"]
SHOWN_OF_A_PHONE, SHOWN_OF_AN_ACCOUNT = 3, 4
LEAST_HIDDEN = 4
SEES_NO_ACCOUNT = ("helper",)


@dataclass(frozen=True, slots=True)
class Home:
    """A household of the register; `struck`: it has left it."""

    struck: bool
    registered_on: date


def contact_refusal(home: Home | None, since: date, on: date) -> str | None:
    """Why what somebody says on a day of a household's contact since a day is not taken."""
    if home is None:
        return "not_found"
    if home.struck:
        return "household_removed"
    return day_refusal(since, home.registered_on, on)


def masked_phone(phone: str) -> str:
    """Whose network it is; the rest is told by disclosure."""
    return phone[:SHOWN_OF_A_PHONE] + "*" * max(len(phone) - SHOWN_OF_A_PHONE, LEAST_HIDDEN)


def masked_account(account: str) -> str:
    """By its last figures its owner knows it, and nobody pays to it."""
    return "*" * (len(account) - SHOWN_OF_AN_ACCOUNT) + account[-SHOWN_OF_AN_ACCOUNT:]
