"""The rows of lists that were compared; the migrations make their tables."""

from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from services.registry.matches.rules import Fate, Kind, State
from shared.data.relations import table


class MatchFile(NamedTuple):
    """A list, and how many of its rows had which fate; `waiting`: those that would be raised, were it confirmed.

    `headings`: how its columns are called, by what they mean, as far as its sender said. `held_in`: the township of
    whose households it touches too many, `held_households`.
    """

    id: UUID
    division: str
    kind: Kind
    sha256: str
    headings: dict[str, Any]
    state: State
    row_count: int
    raised: int
    known: int
    unmatched: int
    refused: int
    waiting: int
    held_in: str | None
    held_households: int | None
    handed_in_on: date
    handed_in_by: str
    decided_on: date | None
    decided_by: str | None
    ended_code: str | None
    procedure_version: int
    since_on: date
    due_on: date | None
    document_no: str | None
    answer_due_on: date | None


class MatchContent(NamedTuple):
    """The list as it was handed in."""

    file_id: UUID
    division: str
    file_sealed: bytes


class MatchRow(NamedTuple):
    """A row that matched, or could not be read, counted as a spreadsheet does. It names nobody and no number.

    `since`: what the list says of when it came about.
    """

    file_id: UUID
    division: str
    row: int
    fate: Fate
    column: str | None
    code: str | None
    since: date | None
    suspicion_id: UUID | None
    doubt_id: UUID | None


match_file = table("match_file", MatchFile)
match_file_content = table("match_file_content", MatchContent)
match_row = table("match_row", MatchRow)
