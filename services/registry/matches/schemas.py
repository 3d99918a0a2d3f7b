"""Bodies of the doors to lists that are compared with the register."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.registry.filings.schemas import RowFinding
from services.registry.matches.rules import Fate, Kind, State
from shared.acts.reasons import Telling


class Asked(NamedTuple):
    """Which list it is, and how its columns and its sheet are called where they are called otherwise, by meaning; of
    superiors' the document that it came with, and the day until which it is answered.
    """

    kind: Kind
    headings: dict[str, str]
    document_no: str | None = None
    answer_due_on: date | None = None


class MatchFileShown(Telling):
    """A list and how many of its rows had which fate; `waiting` would be raised, were it confirmed.

    `sha256` is that of its bytes, which are kept sealed. `held_in`: the township of whose households it touches too
    many to be believed at once.
    """

    TEXT = "registry.match_file.{state}"

    id: UUID
    division: str
    kind: Kind
    sha256: str
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
    since_on: date
    due_on: date | None
    document_no: str | None
    answer_due_on: date | None


class MatchFileTaken(MatchFileShown):
    """As it is listed, and why rows were refused: the first thousand of them; all are listed by row."""

    findings: list[RowFinding]


class MatchRowShown(Telling):
    """What became of a row: the suspicion or doubt that it raised, or that knew of it; or why it could not be read.

    `since`: what the list says of when it came about.
    """

    row: int
    fate: Fate
    column: str | None
    code: str | None
    since: date | None
    suspicion_id: UUID | None
    doubt_id: UUID | None
