"""The rows of searches and pairs; the migrations make their tables."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.registry.duplicates.rules import Code, SearchState, State
from services.registry.households.rules import Sex
from shared.data.relations import table


class DuplicateSearch(NamedTuple):
    """A search of a county: how many people it read, how many pairs it found, and how many of them were new.

    `crowded`: people of whom so many are alike that nothing can be told. `attempts`: how often it was begun.
    """

    id: UUID
    division: str
    state: SearchState
    asked_on: date
    asked_by: str
    attempts: int
    people: int
    pairs: int
    raised: int
    crowded: int


class Duplicate(NamedTuple):
    """Two members who may be one, by the register's references. `division` is the narrowest place that holds both; the
    household is the one that was registered later. `alike` says what they have in common, in words with spaces between.
    `reason`: why somebody said last that they are two, also where another did not agree.
    """

    id: UUID
    division: str
    household_id: UUID
    household_division: str
    person: str
    other_household_id: UUID
    other_division: str
    other_person: str
    code: Code
    score: int
    alike: str
    search_id: UUID
    found_on: date
    state: State
    reason: str | None
    suspicion_id: UUID | None
    reviewed_on: date | None
    reviewed_by: str | None
    ended_code: str | None
    procedure_version: int
    since_on: date
    due_on: date | None
    confirmed_on: date | None
    confirmed_by: str | None


class LivingMember(NamedTuple):
    """Who belongs to a registered household, as far as a search compares him."""

    member_id: UUID
    reference: str
    household_id: UUID
    division: str
    registered_on: date
    name: str
    sex: Sex
    born_on: date
    id_number_sealed: bytes


duplicate_search = table("duplicate_search", DuplicateSearch)
duplicate = table("duplicate", Duplicate)
