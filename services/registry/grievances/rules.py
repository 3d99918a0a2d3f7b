"""Who answers a grievance, by when, and when it may be taken higher: pure rules.

Domain notes 9.4: complaints come also by letter, by the hotline, orally and anonymously; they go past whoever is
complained of, who cannot see the complainant; the deadline runs until told and signed.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args
from uuid import UUID

Matter = Literal["record", "exit", "notice", "loan", "flat", "payment", "helper", "officials", "other"]
# By his own login, by a sheet that he signs, or how it reached the official who took it down.
Channel = Literal["own", "paper", "letter", "hotline", "oral", "anonymous"]
# Whose people are complained of.
About = Literal["village", "team", "helper", "township", "county", "department", "bank", "insurer", "entity"]
Office = Literal["township", "county", "auditor"]
State = Literal[
    "unsigned", "with_township", "with_county", "with_auditor", "township_answered", "county_answered",
    "auditor_answered", "told", "settled", "withdrawn",
]  # fmt: skip
# How the answer reached the complainant: he signed, or gave a fingerprint; on the board where nobody knows who he is.
Handed = Literal["signed", "fingerprint", "posted"]
OFFICES: tuple[Office, ...] = get_args(Office)
# Who came by a login or a sheet of his own has a word of his own, and nobody else says it for him.
OWN: tuple[Channel, ...] = ("own", "paper")
TOWNSHIP_DIGITS = 9
# Who may have a sheet before him.
ON_PAPER = ("village", "team", "township")


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
    role: str,
    subject: str,
    channel: Channel,
    about: About | None,
    about_subject: str | None,
    *,
    named: bool,
    at_home: bool = True,
) -> str | None:
    """Why it is not taken down so; None where it is. `named`: the complainant's reference was said; `at_home`: his
    household.
    """
    if (role == "villager") != (channel == "own"):
        return "wrong_channel"
    if named and channel in ("own", "anonymous"):
        return "needs_no_name"
    if channel == "paper" and not (named and at_home):
        return "party_missing"
    if channel == "paper" and role not in ON_PAPER:
        return "wrong_channel"
    if role == about or subject == about_subject:
        return "complained_of"
    return "office_missing" if about_subject and about is None else None


def telling_refusal(channel: Channel, handed: Handed) -> str | None:
    """On the board is told alone what came anonymously."""
    return None if (channel == "anonymous") == (handed == "posted") else "wrong_handing"


def speaking_refusal(role: str, channel: Channel) -> str | None:
    """Why somebody does not speak for the complainant: who came by a login or a sheet of his own does so himself."""
    return "own_word" if channel in OWN and role != "villager" else None


def signed_step(state: State, office: Office, *, agreed: bool) -> str:
    """What the complainant's sheet says, by where his grievance stands: that he complains, that he is content, or that
    he goes higher.
    """
    if state != "told":
        return f"with_{office}"
    return "settled" if agreed else f"with_{next_office(office)}"


def sheet_refusal(
    person: str | None, household_id: UUID | None, state: State, office: Office, *, agreed: bool
) -> str | None:
    """Why nobody signs a sheet of it: for whom nobody knows, or where he lives, no word is vouched; the last office has
    nobody above it.
    """
    if person is None or household_id is None:
        return "party_missing"
    return "nobody_higher" if state == "told" and not agreed and next_office(office) is None else None


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
