"""Comparing a list with the register: what matches is raised as a suspicion, or as a doubt about an application.

A list that touches too much of a township is held until a second person has confirmed it.
"""

import asyncio
import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from services.registry.doubts import actions as doubts
from services.registry.doubts.schemas import NewSuspicion as NewDoubt
from services.registry.filings.files import Place
from services.registry.filings.schemas import RowFinding
from services.registry.identification import queries as applications
from services.registry.identification.rules import ENDED
from services.registry.identification.tables import IdentificationCase
from services.registry.matches import files, queries, rules
from services.registry.matches.rules import Fate, MatchPolicy, fate_of, held_in, is_match, row_refusal
from services.registry.matches.schemas import Asked, MatchFileShown, MatchFileTaken
from services.registry.matches.tables import MatchContent, MatchFile, MatchRow, match_file
from services.registry.persons.queries import list_known
from services.registry.persons.tables import KnownPerson
from services.registry.roster.files import UnfitError
from services.registry.suspicions import actions as suspicions
from services.registry.suspicions.queries import find_waiting, list_by_id
from services.registry.suspicions.schemas import NewSuspicion
from shared.acts.bodies import Confirmation, Result
from shared.acts.procedures import (
    PASSED,
    Finding,
    Procedure,
    Step,
    confirmed_or_rejected,
    lock_cases,
    log_steps,
    ripe_cases,
    take_step,
)
from shared.acts.tasks import OwnTask
from shared.data.crypto import DataKeys
from shared.data.sql import Connection
from shared.ground.context import Act
from shared.ground.policy import Policy
from shared.ground.problems import Problem
from shared.spreadsheet.workbook import WorkbookError
from shared.values.ids import uuid7

ROOM = "registry.matches"
COUNTS = ("raised", "known", "unmatched", "refused", "waiting")
MATCHING = Procedure(ROOM, match_file, ((
    Step("confirmed", "held", ("county",), ("handed_in_by",), "decided", sets=COUNTS,
         zh="复核涉及面过大的比对名单", en="Confirm a list that touches much of a township"),
),))  # fmt: skip
# Superiors wait until whatever their list raised is settled; nobody says that it is.
TO_ANSWER = OwnTask(
    procedure=ROOM,
    step="answered",
    roles=("county",),
    columns=("c.id", "c.division", "NULL::uuid", "c.handed_in_on", "c.answer_due_on"),
    source="FROM match_file c WHERE c.kind = 'superior' AND c.state IN ('taken', 'confirmed') AND EXISTS ("
    "SELECT FROM suspicion s WHERE s.source_id = c.id AND s.state IN ('open', 'looked_into'))",
    zh="核查并答复上级疑点名单",
    en="See that what superiors suspect is looked into, and answer them",
)
SEALED = "match_file_content", "file_sealed"
# The ids of what rows raise: the same thing of the same person is looked into once, whatever list it stands in.
MATCHES = UUID("5d1f0a52-3f8e-5b1e-9a54-0c7d5a7f1c22")
OWN_REASONS = ("no_rows", "too_many_rows", "headings_alike")
MOST_FINDINGS = 1_000


class Match(NamedTuple):
    """A row and what it would raise. `known`: somebody raised it before, whatever became of it, or the same of the same
    person is being looked into; `known_id` is what a list raised.
    """

    row: int
    item: NewSuspicion | NewDoubt
    known: bool
    known_id: UUID | None
    division: str
    since: date | None

    @property
    def about(self) -> tuple[UUID, str, str | UUID | None]:
        """An exclusion is looked into once of each person."""
        item = self.item
        if isinstance(item, NewSuspicion):
            return item.household_id, item.code, item.person
        return item.identification_id, item.reason, item.id


class Found(NamedTuple):
    """What a list holds: its rows that match, those that are refused, and how many match nobody."""

    matches: list[Match]
    refused: list[Place]
    unmatched: int

    @property
    def fresh(self) -> list[Match]:
        """Of what nobody raised before the first row of each person, of an application the first of each thing."""
        first: dict[Any, Match] = {}
        for match in self.matches:
            if not match.known:
                first.setdefault(match.about, match)
        return list(first.values())


async def take_file(
    connection: Connection, act: Act, policy: Policy, data_keys: DataKeys, asked: Asked, content: bytes
) -> MatchFileTaken:
    """What matches is raised, or waits where it is too much; the same list again is answered the same.

    Raises:
        Problem: the list as a whole cannot be read; it is not kept.
    """
    area, kind, headings = act.caller.area, asked.kind, asked.headings
    if refusal := rules.document_refusal(kind, asked.document_no, asked.answer_due_on):
        raise Problem(f"{ROOM}.{refusal}")
    sha256 = (await asyncio.to_thread(hashlib.sha256, content)).hexdigest()
    await queries.hold(connection, area, sha256)
    if same := await queries.find_same(connection, area, kind, sha256, headings):
        return await _taken(connection, same)
    read = await _read(content, headings)
    found = await _find(connection, act, policy, data_keys, asked, sha256, read)
    held = await _held_in(connection, found.fresh, policy.on(act.business_date, MatchPolicy))
    file_id = uuid7()
    # A row of a list is kept behind its list, and a case refers to it by an id alone: it may be raised before.
    rows = _refused(file_id, area, found.refused)
    rows += [] if held else await _raise(connection, act, file_id, area, found)
    waiting = len(found.fresh) if held else 0
    file = MATCHING.opened(
        act,
        "held" if held else "taken",
        id=file_id,
        division=area,
        kind=kind,
        sha256=sha256,
        headings=headings,
        row_count=read.found,
        **_counts(found, rows, waiting),
        held_in=held,
        held_households=len(_households(found.fresh).get(held, ())) if held else None,
        handed_in_on=act.business_date,
        handed_in_by=act.subject,
        document_no=asked.document_no,
        answer_due_on=asked.answer_due_on,
    )
    sealed = await asyncio.to_thread(data_keys.seal, content, *SEALED, file_id)
    await queries.insert_file(connection, file, MatchContent(file_id, area, sealed))
    await queries.insert_rows(connection, sorted(rows, key=lambda r: r.row))
    await log_steps(connection, act, MATCHING, "handed_in", [(file, PASSED)])
    return await _taken(connection, file)


async def confirm_files(
    connection: Connection, act: Act, policy: Policy, data_keys: DataKeys, items: Sequence[Confirmation]
) -> list[Result]:
    """Another person's word. Confirmed: the list is compared with the register as it stands now, and raised whole."""
    cases = await lock_cases(connection, MATCHING, [i.id for i in items])
    said = {i.id: i.confirmed for i in reversed(items)}  # of what stands there twice the first is taken
    ripe = await ripe_cases(connection, act, MATCHING, "confirmed", cases)
    counts = {c.id: await _take_up(connection, act, policy, data_keys, c) for c in ripe if said[c.id]}

    def find(case: MatchFile, item: Confirmation) -> Finding:
        return Finding(sets=counts[case.id]) if item.confirmed else confirmed_or_rejected(case, item)

    return await take_step(connection, act, MATCHING, "confirmed", items, find, rows=cases)


async def _take_up(
    connection: Connection, act: Act, policy: Policy, data_keys: DataKeys, file: MatchFile
) -> dict[str, int]:
    """Raise what a held list holds: how many of its rows have which fate now."""
    kept = await queries.get_content(connection, file.id)
    content = await asyncio.to_thread(data_keys.unseal, kept.file_sealed, *SEALED, file.id)
    told = await queries.list_told(connection, file.id)
    read = await _read(content, file.headings)
    read = read._replace(
        rows=[r for r in read.rows if r.row not in told], wrong=[p for p in read.wrong if p.row not in told]
    )
    asked = Asked(file.kind, file.headings)
    found = await _find(connection, act, policy, data_keys, asked, file.sha256, read)
    rows = _refused(file.id, file.division, found.refused)
    rows += await _raise(connection, act, file.id, file.division, found)
    await queries.insert_rows(connection, sorted(rows, key=lambda r: r.row))
    counts = _counts(found, rows, 0)
    return counts | {"refused": counts["refused"] + len(told)}


async def _read(content: bytes, headings: Mapping[str, str]) -> files.ListRead:
    try:
        return await asyncio.to_thread(files.read_list, content, headings)
    except WorkbookError as error:
        raise Problem(f"registry.roster.{error.reason}", sheet=headings.get(files.SHEET, "")) from error
    except UnfitError as error:
        room = ROOM if error.reason in OWN_REASONS else "registry.roster"
        raise Problem(f"{room}.{error.reason}", **error.figures) from error


async def _find(
    connection: Connection,
    act: Act,
    policy: Policy,
    data_keys: DataKeys,
    asked: Asked,
    sha256: str,
    read: files.ListRead,
) -> Found:
    """Whom the rows are about: people of registered households, or of open applications, of the caller's county."""
    on, kind = act.business_date, asked.kind
    figures = policy.on(on, MatchPolicy)
    against = {row.row: row_refusal(row.since, on) for row in read.rows}
    late = [Place(n, read.heading_of_since, f"shared.{reason}") for n, reason in against.items() if reason]
    fit = [r for r in read.rows if against[r.row] is None and is_match(kind, r.value_fen, figures)]
    index = await asyncio.to_thread(_index, data_keys, {r.identity for r in fit})
    living = _living(act, await list_known(connection, index))
    applying = await _list_applying(connection, {one: own for one, own in index.items() if one not in living})
    codes = {r.row: rules.code_of_row(kind, r.code, figures) for r in fit}
    # Why else an application should not come in, its own procedure asks.
    about = [r for r in fit if r.identity in living or (r.identity in applying and codes[r.row] in rules.EXCLUSIONS)]
    things = await asyncio.to_thread(_index, data_keys, {r.thing or kind for r in about})
    ids = {
        r.row: _ids(data_keys, codes[r.row], index[r.identity], things[r.thing or kind], _subject(r, living, applying))
        for r in about
    }
    standing = await _list_standing(connection, {one for r in about if r.identity in living for one in ids[r.row]})
    doubted = await applications.list_doubts_by_id(
        connection, [one for r in about if r.identity not in living for one in ids[r.row]]
    )
    standing |= {one: (one, one in doubted) for r in about if r.identity not in living for one in ids[r.row]}
    waiting = await find_waiting(
        connection, sorted({living[r.identity].household_id for r in about if r.identity in living})
    )
    matches = []
    for row in about:
        now = [standing[one] for one in ids[row.row]]
        one, is_known = next((held for held in now if held[1]), now[0])
        code: Any = codes[row.row]
        known_id = one if is_known else None
        said: dict[str, Any] = {"id": one, "evidence": f"{kind} file {sha256[:8]}, row {row.row}"}
        item: NewSuspicion | NewDoubt
        if person := living.get(row.identity):
            item = NewSuspicion(**said, household_id=person.household_id, code=code, person=person.reference)
            division = person.division
            known_id = known_id or waiting.get((person.household_id, code, person.reference))
            is_known = is_known or known_id is not None
        else:
            case = applying[row.identity]
            item, division = NewDoubt(**said, identification_id=case.id, reason=code), case.division
        matches.append(Match(row.row, item, is_known, known_id, division, row.since))
    refused = read.wrong + late
    return Found(matches, refused, len(read.rows) - len(late) - len(matches))


def _index(data_keys: DataKeys, values: Iterable[str]) -> dict[str, dict[str, bytes]]:
    return {value: data_keys.index(value) for value in values}


def _living(act: Act, known: Mapping[str, KnownPerson]) -> dict[str, KnownPerson]:
    """Who belongs to a registered household of the caller's county today."""
    return {one: p for one, p in known.items() if p.left_on is None and act.caller.within(p.division)}


async def _list_applying(
    connection: Connection, index: Mapping[str, Mapping[str, bytes]]
) -> dict[str, IdentificationCase]:
    """By ID number, the open application that a person stands in, of those that the caller may see."""
    digests = [pair for own in index.values() for pair in own.items()]
    standing = await applications.list_applying(connection, digests)
    cases = await applications.list_by_id(connection, sorted(set(standing.values())))
    return {
        identity: cases[standing[digest]]
        for identity, own in index.items()
        for digest in own.values()
        if digest in standing and standing[digest] in cases and cases[standing[digest]].state not in ENDED
    }


def _subject(
    row: files.Row, living: Mapping[str, KnownPerson], applying: Mapping[str, IdentificationCase]
) -> str | UUID:
    """The register's reference to whom a row is about, or his application."""
    return living[row.identity].reference if row.identity in living else applying[row.identity].id


def _ids(
    data_keys: DataKeys, code: str, person: Mapping[str, bytes], thing: Mapping[str, bytes], subject: str | UUID
) -> list[UUID]:
    """Under which id a match is raised, then those that it had by keys of before; a plate is not guessed from them."""
    keys = sorted(thing, key=lambda key: key != data_keys.active)
    # An application has several people, who have no reference yet.
    who = {key: f"{subject}:{person[key].hex()}" if isinstance(subject, UUID) else subject for key in keys}
    return [uuid5(MATCHES, f"{code}:{who[key]}:{thing[key].hex()}") for key in keys]


async def _list_standing(connection: Connection, ids: Collection[UUID]) -> dict[UUID, tuple[UUID, bool]]:
    """By id, under which a match is raised, and whether it was: what ended with a household is asked about anew."""
    known = await list_by_id(connection, sorted(ids))
    ended = {one: uuid5(MATCHES, str(one)) for one, case in known.items() if case.state == "ended"}
    anew = await _list_standing(connection, ended.values()) if ended else {}
    return {one: anew[ended[one]] if one in ended else (one, one in known) for one in ids}


def _households(matches: Iterable[Match]) -> dict[str, set[UUID]]:
    """By township, the registered households that they are about."""
    found = dict[str, set[UUID]]()
    for match in matches:
        if isinstance(match.item, NewSuspicion):
            found.setdefault(match.division[:9], set()).add(match.item.household_id)
    return found


async def _held_in(connection: Connection, fresh: Sequence[Match], figures: MatchPolicy) -> str | None:
    suspected = {township: len(homes) for township, homes in _households(fresh).items()}
    registered = await queries.count_registered(connection, suspected)
    return held_in(suspected, registered, figures)


async def _raise(connection: Connection, act: Act, file_id: UUID, division: str, found: Found) -> list[MatchRow]:
    """Raise what nobody raised before, and say what became of each row that matched somebody."""
    fresh = found.fresh
    raised = [m.item for m in fresh if isinstance(m.item, NewSuspicion)]
    doubted = [m.item for m in fresh if isinstance(m.item, NewDoubt)]
    results = await suspicions.suspect(connection, act, raised, "match", file_id) if raised else []
    results += await doubts.suspect(connection, act, doubted) if doubted else []
    codes, first = {r.id: r.code for r in results}, {m.about: m for m in fresh}
    rows = []
    for match in found.matches:
        before = match if match.known else first[match.about]
        code = None if match.known else codes[before.item.id]
        fate = fate_of(code)
        if fate is None:
            continue
        if before is not match or match.known:
            fate = "known" if fate == "raised" else fate
        own = match.known_id if match.known else before.item.id if code is None else None
        of = {"doubt_id" if isinstance(match.item, NewDoubt) else "suspicion_id": own}
        refusal = code if fate == "refused" else None
        rows.append(_told(file_id, division, match.row, fate, code=refusal, since=match.since, **of))
    return rows


def _told(file_id: UUID, division: str, row: int, fate: Fate, **said: Any) -> MatchRow:
    return MatchRow(file_id, division, row, fate, **(dict.fromkeys(MatchRow._fields[4:]) | said))


def _refused(file_id: UUID, division: str, places: Iterable[Place]) -> list[MatchRow]:
    return [_told(file_id, division, p.row, "refused", column=p.column, code=p.code) for p in places]


def _counts(found: Found, rows: Sequence[MatchRow], waiting: int) -> dict[str, int]:
    """How many rows have which fate. While a list is held, a row is known or waits, and none of them is told yet."""
    fates = [row.fate for row in rows]
    refused, raised = fates.count("refused"), fates.count("raised")
    gone = 0 if waiting else len(found.matches) + len(found.refused) - len(rows)
    known = len(found.matches) - waiting if waiting else fates.count("known")
    unmatched = found.unmatched + gone
    return {"raised": raised, "known": known, "unmatched": unmatched, "refused": refused, "waiting": waiting}


async def _taken(connection: Connection, file: MatchFile) -> MatchFileTaken:
    refused = await queries.list_refused(connection, file.id, MOST_FINDINGS)
    shown = MatchFileShown.model_validate(file, from_attributes=True)
    findings = [RowFinding(row=r.row, column=r.column or "", code=r.code or "") for r in refused]
    return MatchFileTaken(**{name: getattr(shown, name) for name in MatchFileShown.model_fields}, findings=findings)


async def answer_superiors(connection: Connection, data_keys: DataKeys, file_id: UUID) -> bytes:
    """The list's rows in their order, each with what became of it: no name and no number.

    Raises:
        Problem: not_found; it is no list of superiors'; it is held, or was rejected.
    """
    file = await queries.get_file(connection, file_id)
    if file.kind != "superior":
        raise Problem("registry.matches.not_of_superiors")
    if file.state not in ("taken", "confirmed"):
        raise Problem("shared.wrong_state")
    kept = await queries.get_content(connection, file_id)
    content = await asyncio.to_thread(data_keys.unseal, kept.file_sealed, *SEALED, file_id)
    read = await _read(content, file.headings)
    told = {row.row: row for row in await queries.list_all_rows(connection, file_id)}
    found = await list_by_id(connection, [r.suspicion_id for r in told.values() if r.suspicion_id])
    asked = await applications.list_doubts_by_id(connection, [r.doubt_id for r in told.values() if r.doubt_id])
    after = await queries.list_after(connection, found)
    cases = {one: rules.Settled(c.state, c.settled_on, c.effect, after.get(one)) for one, c in found.items()}
    cases |= {one: rules.Settled(rules.doubt_state(upheld=d.upheld), d.resolved_on, None) for one, d in asked.items()}
    words = {row.row: row.code for row in read.rows} | {place.row: None for place in read.wrong}
    answers = [rules.answer_of(row, words[row], told.get(row), cases) for row in sorted(words)]
    return await asyncio.to_thread(files.write_answers, file.document_no or "", file.answer_due_on, answers)
