"""What a deed may be, which deeds are help, and until when a death asks for a visit: values and pure rules."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Kind = Literal[
    "exit", "exit_revoked", "moved_in", "relocation", "loan", "post", "agreement", "certificate", "participation",
    "payment", "certificate_revoked", "payment_revoked", "objection", "dividend_missed", "death", "death_revoked",
]  # fmt: skip
# What reached a household that was helped (seed: one policy per household; domain notes 3). An exit, an objection,
# a missed dividend and a death are told about it, and help nobody.
HELP: tuple[Kind, ...] = (
    "loan",
    "post",
    "agreement",
    "certificate",
    "participation",
    "payment",
    "relocation",
    "moved_in",
)


@dataclass(frozen=True, slots=True)
class FollowUpPolicy:
    follow_up_days: int


def follow_up_due_on(kind: str, happened_on: date, days: int, *, revoked: bool = False) -> date | None:
    """After a death the helper comes within the policy's days [choice]; nothing else asks for a visit.

    `revoked`: the register took it back.
    """
    return happened_on + timedelta(days=days) if kind == "death" and not revoked else None
