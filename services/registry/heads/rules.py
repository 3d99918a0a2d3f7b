"""Who may become head of a household: pure rules.

The register knows exactly one head a household (domain notes 2.1, S5). A head speaks for his household, which one does
who is of age (General Provisions of the Civil Law, 2017, article 17 [known]).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from services.registry.households.rules import is_of_age

State = Literal["reported", "confirmed", "rejected"]


@dataclass(frozen=True, slots=True)
class Belongs:
    """Somebody who belongs to a household, or did: since when, and whether he still does. `heads_since`: the day since
    which he is its head; None: he is not.
    """

    born_on: date
    joined_on: date
    stays: bool
    heads_since: date | None


@dataclass(frozen=True, slots=True)
class Said:
    """Who is said to be head since a day; what he is said to be to whom, by reference."""

    reference: str
    since: date
    relations: Collection[str]
    on: date


def head_refusal(people: Mapping[str, Belongs], said: Said, *, struck: bool) -> str | None:
    """Why this one cannot be head since that day. `people`: everybody who ever belonged to the household."""
    if struck:
        return "household_removed"
    if said.since > said.on:
        return "future_date"
    chosen = people.get(said.reference)
    if chosen is None or not chosen.stays:
        return "not_a_member"
    heads = [p.heads_since for p in people.values() if p.heads_since]
    against = (
        (chosen.heads_since is not None, "already_head"),
        (said.since <= chosen.joined_on, "before_membership"),
        (not is_of_age(chosen.born_on, said.since), "under_age"),
        # Before that day another was head, and the household would have had two.
        (not heads or said.since <= max(heads), "before_present_head"),
    )
    return next((code for holds, code in against if holds), None) or _relations_refusal(people, said)


def _relations_refusal(people: Mapping[str, Belongs], said: Said) -> str | None:
    """Of the others each is who still belongs to the household since before that day, and neither head."""
    for reference in said.relations:
        other = people.get(reference)
        if other is None or not other.stays or other.joined_on > said.since:
            return "relation_of_nobody"
        if reference == said.reference or other.heads_since:
            return "relation_of_a_head"
    return None
