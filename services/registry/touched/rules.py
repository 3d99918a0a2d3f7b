"""Which benefits an undone exit or registration touches, and what can be said of each: pure rules.

Domain notes 2.1 "After exit": support stays unchanged for a period, so that an exit taken back ends none by itself; a
wrong entry is struck (S29), and what it was given by then is looked at one by one. Maker and checker are two persons
(domain notes 4). Who has each service answer, and what can be recovered: [choice].
"""

from collections.abc import Collection, Mapping
from typing import Literal, get_args
from uuid import UUID

# An exit was revoked, a registration undone, or that undone again.
Cause = Literal["exit_revoked", "removed", "reinstated"]
# `asked`: not every service has answered. `empty`: they have, and nothing was given. `ended`: something newer was
# undone of the same household, which lists all of it again.
State = Literal["asked", "open", "said", "confirmed", "empty", "ended"]
Giver = Literal["finance", "relocation", "industry", "assessment"]
Outcome = Literal["goes_on", "stops", "recovered"]
GIVERS: tuple[Giver, ...] = get_args(Giver)


def unanswered(answered: Collection[str]) -> list[Giver]:
    """The services whose word is still missing, in their order."""
    return [giver for giver in GIVERS if giver not in answered]


def state_after(answered: Collection[str], benefits: int) -> State:
    """Where a case stands when so many benefits are known, by those who have answered."""
    if unanswered(answered):
        return "asked"
    return "open" if benefits else "empty"


def say_refusal(amounts: Mapping[UUID, int | None], outcomes: Mapping[UUID, Outcome], said: int) -> str | None:
    """Why a person's words about a case cannot be taken; None where they can.

    `amounts`: fen of each of its benefits, None where one is no money; `outcomes`: what is said of each; `said`: how
    often something was said.
    """
    against = (
        (said != len(outcomes), "benefit_twice"),
        (bool(outcomes.keys() - amounts.keys()), "unknown_benefit"),
        (bool(amounts.keys() - outcomes.keys()), "benefit_left_out"),
        (
            any(o == "recovered" and one in amounts and not amounts[one] for one, o in outcomes.items()),
            "nothing_to_recover",
        ),
    )
    return next((code for holds, code in against if holds), None)
