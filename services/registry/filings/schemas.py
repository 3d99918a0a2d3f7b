"""Bodies of the doors to departments' files."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel

from services.registry.filings.rules import Kind
from shared.acts.reasons import Telling


class RowFinding(Telling):
    """A row of the file and what is wrong there, never what stands there."""

    row: int
    column: str
    code: str


class FileTaken(BaseModel):
    """What became of a file: how many rows of it were taken, and why the others were not, by row."""

    id: UUID
    kind: Kind
    rows: int
    accepted: int
    refused: int
    findings: list[RowFinding]


class FileShown(BaseModel):
    """A file that a department handed in: `sha256` is that of its bytes, which are kept sealed."""

    id: UUID
    division: str
    unit: str
    kind: Kind
    sha256: str
    rows: int
    accepted: int
    refused: int
    handed_in_on: date
    handed_in_by: str


class RowShown(Telling):
    """What became of a row: the attestation that it is, or the column and the reason for which it is none."""

    row: int
    column: str | None
    code: str | None
    attestation_id: UUID | None
