"""Who answers a grievance, by when, and when it may be taken higher: pure rules.

Domain notes 9.4: complaints come also by letter, by the hotline, orally and anonymously; they go past whoever is
complained of, who cannot see the complainant; the deadline runs until told and signed.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

Matter = Literal["record", "exit", "notice", "loan", "flat", "payment", "helper", "officials", "other"]
# By his own login, or how it reached the official who took it down.
Channel = Literal["own", "letter", "hotline", "oral", "anonymous"]
# Whose people are complained of.
About = Literal["village", "team", "helper", "township", "county", "department", "bank", "insurer", "entity"]
Office = Literal["township", "county", "auditor"]
State = Literal[
    "with_township", "with_county", "with_auditor", "township_answered", "county_answered", "auditor_answered", "told",
    "settled",
]  # fmt: skip
# How the answer reached the complainant: he signed, or gave a fingerprint; on the board where nobody knows who he is.
Handed = Literal["signed", "fingerprint", "posted"]
OFFICES: tuple[Office, ...] = get_args(Office)
TOWNSHIP_DIGITS = 9


@dataclass(frozen=True, slots=True)
class GrievancePolicy:
    """How many working days a grievance may wait for its answer to be in the complainant's hands."""

    grievance_answer_days: int


def first_office(about: About | None, division: str) -> Office:
    """The township, but of people whom it works with or answers for the county, and of the county's the auditor."""
    if about == "county":
        return "auditor"
    return "township" if about is None and len(division) >= TOWNSHIP_DIGITS else "county"


def next_office(office: Office) -> Office | None:
    """Whom it is taken to; None where nobody is higher."""
    higher = OFFICES[OFFICES.index(office) + 1 :]
    return higher[0] if higher else None


def filing_refusal(
    role: str, subject: str, channel: Channel, about: About | None, about_subject: str | None, *, named: bool
) -> str | None:
    """Why it is not taken down so; None where it is. `named`: the complainant's reference was said."""
    if (role == "villager") != (channel == "own"):
        return "wrong_channel"
    if named and channel in ("own", "anonymous"):
        return "needs_no_name"
    if role == about or subject == about_subject:
        return "complained_of"
    return "office_missing" if about_subject and about is None else None


def telling_refusal(channel: Channel, handed: Handed) -> str | None:
    """On the board is told alone what came anonymously."""
    return None if (channel == "anonymous") == (handed == "posted") else "wrong_handing"


def speaking_refusal(role: str, channel: Channel) -> str | None:
    """Why somebody does not speak for the complainant: who came by his own login does so himself."""
    return "own_word" if channel == "own" and role != "villager" else None


def escalation_refusal(
    office: Office, state: State, role: str, channel: Channel, answer_by_on: date, on: date
) -> str | None:
    """Why it is not taken higher. Before it was told because it is late, by whoever sees it; then by the complainant,
    who is not content.
    """
    if next_office(office) is None:
        return "nobody_higher"
    if state == "told":
        return speaking_refusal(role, channel)
    return "not_overdue" if on <= answer_by_on else None


def may_read(role: str, office: Office, answered: frozenset[Office]) -> bool:
    """Whether who sees the case reads what it says: who decides or has decided, its complainant, the auditor."""
    return role in ("villager", "auditor", office, *answered)
