"""What may become of a hold: pure rules.

Domain notes 3: the death of a borrower and a missed dividend are told to finance. Domain notes 2.3 "Discount": none on
misuse; a helper's finding is a suspicion until the county has confirmed it.
"""

from dataclasses import dataclass

BORROWER_DEATH, DIVIDEND_MISSED, MISUSE = "borrower_death", "dividend_missed", "misuse_suspected"
# What a helper writes down who finds a loan used for something else.
DIVERTED = "loan_diverted"


@dataclass(frozen=True, slots=True)
class Hold:
    """A hold as it stands: who raised, confirmed and released it."""

    kind: str
    raised_by: str
    confirmed_by: str | None
    released_by: str | None


# Domain notes 4: maker and checker are different persons.
def release_refusal(hold: Hold, subject: str) -> str | None:
    """Why this person does not release it; None when he may. Misuse is confirmed by one, released by another."""
    if hold.released_by is not None:
        return "finance.holds.already_released"
    return "shared.same_person" if subject in (hold.raised_by, hold.confirmed_by) else None


def confirmation_refusal(hold: Hold, subject: str) -> str | None:
    """Why this person does not confirm it; only a suspicion needs that."""
    if hold.kind != MISUSE:
        return "finance.holds.not_a_suspicion"
    if hold.released_by is not None:
        return "finance.holds.already_released"
    if hold.confirmed_by is not None:
        return "finance.holds.already_confirmed"
    return "shared.same_person" if subject == hold.raised_by else None
