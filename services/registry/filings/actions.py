"""Taking a department's file: read at once, each row by the rules of what is attested one by one, and kept sealed."""

import asyncio
import hashlib
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid5

from services.registry.attestations.actions import attest
from services.registry.attestations.rules import TradePolicy, of_other_trades, unfit
from services.registry.attestations.schemas import NewAttestation
from services.registry.attested.actions import attest_incomes
from services.registry.attested.schemas import NewIncomeAttestation
from services.registry.filings import files, queries
from services.registry.filings.rules import Kind
from services.registry.filings.schemas import FileTaken, RowFinding
from services.registry.filings.tables import AttestationFile, FileRow, FileSeen
from services.registry.roster.files import UnfitError
from shared.acts.bodies import Result
from shared.data.crypto import DataKeys
from shared.data.sql import Connection
from shared.ground.context import Act
from shared.ground.policy import Policy
from shared.ground.problems import Problem
from shared.spreadsheet.workbook import WorkbookError
from shared.values.ids import uuid7

ROOM = "registry.attestations"
SEALED = "attestation_file", "file_sealed"
# The ids of a file's rows.
ROWS = UUID("8f6c1f5e-4a55-5d0c-9d6b-2f0f5f6a6b51")
# The column that a refusal of an income is about, where that is not its amount.
OF_INCOME = {
    "unknown_source": "source",
    "no_income": "source",
    "not_your_trade": "source",
    "whole_and_persons": "source",
    "future_date": "income_year",
}
OWN_REASONS = ("no_rows", "too_many_rows", "headings_mixed")


async def take_file(connection: Connection, act: Act, policy: Policy, data_keys: DataKeys, content: bytes) -> FileTaken:
    """What fits is taken, and each row's fate kept with the file; the same file again is answered the same.

    Raises:
        Problem: the file as a whole cannot be read; it is not kept.
    """
    own = act.caller.area, act.caller.unit
    digest = (await asyncio.to_thread(hashlib.sha256, content)).hexdigest()
    await queries.hold(connection, *own, digest)
    if same := await queries.find_same(connection, *own, digest):
        return _taken(same, await queries.list_refused(connection, same.id))
    read = await _read(content)
    named = ":".join((*own, digest))
    answers = await _attest(connection, act, policy, data_keys, read, named)
    trade = policy.on(act.business_date, TradePolicy)
    file_id = uuid7()
    rows = [FileRow(file_id, *own, place.row, place.column, place.code, None) for place in read.wrong]
    for row, answer in zip(read.rows, answers, strict=True):
        column = _column_of(row, answer.code, read.kind, trade, act.caller.unit) if answer.code else None
        taken = None if answer.code else _id_of(named, row)
        rows.append(FileRow(file_id, *own, row.row, column, answer.code, taken))
    rows.sort(key=lambda r: r.row)
    sealed = await asyncio.to_thread(data_keys.seal, content, *SEALED, file_id)
    refused = sum(row.code is not None for row in rows)
    counts = (len(rows), len(rows) - refused, refused)
    file = AttestationFile(file_id, *own, read.kind, digest, sealed, *counts, act.business_date, act.subject)
    await queries.insert_file(connection, file, rows)
    return _taken(await queries.get_file(connection, file_id), [row for row in rows if row.code])


async def _read(content: bytes) -> files.FileRead:
    try:
        return await asyncio.to_thread(files.read_file, content)
    except WorkbookError as error:
        raise Problem(f"registry.roster.{error.reason}", sheet=files.SHEET) from error
    except UnfitError as error:
        room = ROOM if error.reason in OWN_REASONS else "registry.roster"
        raise Problem(f"{room}.{error.reason}", **error.figures) from error


def _taken(file: FileSeen, refused: Sequence[FileRow]) -> FileTaken:
    findings = [RowFinding(row=r.row, column=r.column or "", code=r.code or "") for r in refused]
    return FileTaken(
        id=file.id, kind=file.kind, rows=file.rows, accepted=file.accepted, refused=file.refused, findings=findings
    )


def _id_of(named: str, row: files.Row) -> UUID:
    return uuid5(ROWS, f"{named}:{row.row}")


async def _attest(
    connection: Connection, act: Act, policy: Policy, data_keys: DataKeys, read: files.FileRead, named: str
) -> list[Result]:
    """Each row as its department would tell it through the door of its kind."""
    told: list[dict[str, Any]] = [
        {name: getattr(row, name) or None for name in ("household_no", "number", "person")}
        | {"id": _id_of(named, row), "document_no": row.document_no}
        | row.said
        for row in read.rows
    ]
    if read.kind == "incomes":
        incomes = [NewIncomeAttestation(**row) for row in told]
        return await attest_incomes(connection, act, policy, data_keys, incomes)
    return await attest(connection, act, policy, data_keys, [NewAttestation(**row) for row in told])


def _column_of(row: files.Row, code: str, kind: Kind, trade: TradePolicy, unit: str) -> str:
    """The column that a refusal is about."""
    reason, of_person = code.rpartition(".")[2], bool(row.number or row.person)
    if reason in ("not_found", "household_removed", "not_in_household"):
        field = "number" if row.number else "person" if row.person else "household_no"
    elif kind == "incomes":
        field = OF_INCOME.get(reason, "amount_fen")
    elif reason in ("future_date", "before_registration"):
        field = "since"
    else:
        facts = {name: value for name, value in row.said.items() if name != "since"}
        fields = list(facts)
        if reason == "not_your_trade":
            fields = of_other_trades(trade, unit, facts, [], row.said["since"], of_person=of_person) or fields
        elif reason in ("not_of_a_person", "not_of_a_household"):
            fields = unfit(facts, of_person=of_person)
        field = fields[0]
    return files.HEADING[field]
