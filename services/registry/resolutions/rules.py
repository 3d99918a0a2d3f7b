"""Who may learn of whom a household consists: pure rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Grant:
    """What the county allowed: for which purposes, until the day before `ends_on`, with ID numbers or without."""

    purposes: Sequence[str]
    id_numbers: bool
    ends_on: date


@dataclass(frozen=True, slots=True)
class ResolutionPolicy:
    """How many households one subject may have resolved to their people within an hour."""

    resolved_households_an_hour: int


@dataclass(frozen=True, slots=True)
class GrantPolicy:
    """For how many days a grant is given at the longest."""

    resolve_grant_longest_days: int


# What is granted for good is looked at by nobody again: whoever needs it longer asks anew (security 7).
def grant_refusal(ends_on: date, on: date, longest_days: int) -> str | None:
    """Why a grant is not given until the day before `ends_on`, or None."""
    if ends_on <= on:
        return "ends_before"
    return "ends_too_late" if ends_on > on + timedelta(days=longest_days) else None


# Domain notes 4, "Subscriber": with a logged purpose; mechanics 7: no more than the purpose needs.
def resolve_refusal(grant: Grant | None, purpose: str, on: date, *, id_numbers: bool) -> str | None:
    """Why nobody is named; None when the grant covers what is asked."""
    if grant is None or on >= grant.ends_on:
        return "no_grant"
    if purpose not in grant.purposes:
        return "purpose_not_granted"
    return "id_numbers_not_granted" if id_numbers and not grant.id_numbers else None


# Whoever may ask shall not carry the register away household by household (mechanics 7: limited).
def over_limit(asked: int, wanted: int, most: int) -> bool:
    """Whether `wanted` more households within the hour are more than `most`."""
    return asked + wanted > most
