"""The rows of departments' files; the migrations make their tables."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.registry.filings.rules import Kind
from shared.data.relations import table


class AttestationFile(NamedTuple):
    """A file as a department handed it in, and how many rows of it were taken."""

    id: UUID
    division: str
    unit: str
    kind: Kind
    sha256: str
    file_sealed: bytes
    row_count: int
    accepted: int
    refused: int
    handed_in_on: date
    handed_in_by: str


class FileSeen(NamedTuple):
    """As it is listed: never the file."""

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


class FileRow(NamedTuple):
    """What became of a row, counted as a spreadsheet does: what it attests, or why and in which column it does not."""

    file_id: UUID
    division: str
    unit: str
    row: int
    column: str | None
    code: str | None
    attestation_id: UUID | None


attestation_file = table("attestation_file", AttestationFile)
attestation_file_row = table("attestation_file_row", FileRow)
