"""A party's word on paper: who is neither its helper nor decides records the signed sheet, another person confirms it.

It then counts as the party's own act, and is marked so (domain notes 9.1).
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from functools import cache, partial
from typing import Any, Literal, NamedTuple
from uuid import UUID

from pydantic import Field

from shared.acts.batches import FREE, NewRows, insert_free
from shared.acts.bodies import Case, Confirmation, Result
from shared.acts.bonds import list_helping
from shared.acts.freezes import list_frozen
from shared.acts.openings import open_cases
from shared.acts.procedures import PASSED, Finding, Procedure, Step, lock_cases, step_refusal, take_step
from shared.acts.procedures import confirmed_or_rejected as confirmed
from shared.acts.reasons import Ending
from shared.data.pages import Place, fetch_page, page
from shared.data.relations import table
from shared.data.sql import Connection, fetch, insert_many, list_by
from shared.ground.context import Act
from shared.ground.policy import Policy
from shared.values.inputs import Day

Signature = Literal["signed", "fingerprint"]
State = Literal["recorded", "confirmed", "rejected"]
RECORDERS = ("village", "team", "township")


class Signed(Case):
    """A party's word: it signs, or gives a fingerprint where somebody else wrote (S56)."""

    agreed: bool
    signature: Signature


class NewPaper(Signed):
    """A signed sheet of the case `case_id` of a procedure: its scan, where, when and before whom it was signed.

    `witness` is a login, as no name leaves the register.
    """

    procedure: str = Field(min_length=1, max_length=80)
    case_id: UUID
    scan_sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    place: str = Field(min_length=1, max_length=100)
    signed_on: Day
    witness: str = Field(min_length=1, max_length=200)


class Paper(NamedTuple):
    id: UUID
    procedure: str
    case_id: UUID
    household_id: UUID
    division: str
    agreed: bool
    signature: Signature
    scan_sha256: str
    place: str
    signed_on: date
    witness: str
    state: State
    recorded_on: date
    recorded_by: str
    confirmed_on: date | None
    confirmed_by: str | None
    ended_code: str | None
    procedure_version: int
    since_on: date
    due_on: date | None


class PaperShown(Ending):
    """A sheet, and how far it has come."""

    id: UUID
    procedure: str
    case_id: UUID
    household_id: UUID
    division: str
    agreed: bool
    signature: Signature
    scan_sha256: str
    place: str
    signed_on: date
    witness: str
    state: State
    recorded_on: date
    confirmed_on: date | None


class PartysStep(NamedTuple):
    """The step of a procedure that is a party's own, and the room's action that takes it. `step_of` names it,
    by the case and its sheet. `not_by`: the columns of a case whose people do not vouch
    for what the party signed. `against`: what the room itself has against a sheet, a whole code.
    """

    procedure: Procedure[Any]
    step_of: Callable[[Any, Any], str]
    take: Callable[[Connection, Act, Policy, Sequence[Signed]], Awaitable[list[Result]]]
    not_by: tuple[str, ...] = ()
    against: Callable[[Any, Any], str | None] = lambda _case, _sheet: None


class Ground(NamedTuple):
    """What sheets are held against: their cases, by procedure and id, what is frozen, and who helped whom when."""

    cases: Mapping[tuple[str, UUID], Any]
    frozen: frozenset[UUID]
    helping: set[tuple[UUID, str, date]]


paper = table("paper", Paper)
_LIST = list_by(paper)
_INSERT = insert_many(paper, Paper._fields, FREE)
_PAGE = page(paper, "state", "household_id")
CONTENT = ("procedure", "case_id", "agreed", "signature", "scan_sha256", "place", "signed_on", "witness")


@cache
def papers_of(service: str) -> Procedure[Paper]:
    """The procedure of a service's sheets."""
    confirm = Step(
        "confirmed",
        "recorded",
        RECORDERS,
        ("recorded_by",),
        "confirmed",
        zh="复核纸质签字",
        en="Confirm a signed sheet",
    )
    # Whether a frozen household stands still, the procedure says that the sheet belongs to.
    return Procedure(f"{service}.papers", paper, ((confirm,),), freezes=False)


async def record_papers(
    connection: Connection, act: Act, service: str, parties: Sequence[PartysStep], items: Sequence[NewPaper]
) -> list[Result]:
    """What lies signed before an official; nothing follows from it yet."""
    by_name = {p.procedure.name: p for p in parties}
    known = {row.id: row for row in await _papers(connection, [i.id for i in items])}
    ground = await _ground(connection, act, by_name, items)

    def judge(item: NewPaper) -> str | Paper:
        party = by_name.get(item.procedure)
        if party is None:
            return "no_partys_step"
        if item.signed_on > act.business_date:
            return "future_date"
        if refusal := _refusal(party, item, act, ground):
            return refusal
        case = ground.cases[item.procedure, item.case_id]
        return papers_of(service).opened(
            act,
            "recorded",
            **item.model_dump(),
            household_id=case.household_id,
            division=case.division,
            recorded_on=act.business_date,
            recorded_by=act.subject,
        )

    save = partial(_insert, connection)
    return await open_cases(
        connection, act, papers_of(service), "recorded", items, known, CONTENT, judge, save, room="shared"
    )


async def confirm_papers(
    connection: Connection,
    act: Act,
    policy: Policy,
    service: str,
    parties: Sequence[PartysStep],
    items: Sequence[Confirmation],
) -> list[Result]:
    """By another person than who recorded: the party's step is taken, where its case still waits for it."""
    by_name = {p.procedure.name: p for p in parties}
    papers = await lock_cases(connection, papers_of(service), [i.id for i in items])
    ground = await _ground(connection, act, by_name, list(papers.values()))
    answered = set[tuple[str, UUID]]()

    def find(sheet: Paper, item: Confirmation) -> Finding:
        place, party = (sheet.procedure, sheet.case_id), by_name[sheet.procedure]
        if not item.confirmed:
            return confirmed(sheet, item)
        refusal = _refusal(party, sheet, act, ground)
        refusal = "shared.twice_in_batch" if place in answered and not refusal else refusal
        answered.add(place)
        return Finding(refusal=refusal) if refusal else PASSED

    async def save(passed: list[tuple[Paper, Finding]]) -> None:
        for name, party in by_name.items():
            signed = [
                Signed(id=p.case_id, agreed=p.agreed, signature=p.signature) for p, _ in passed if p.procedure == name
            ]
            done = await party.take(connection, act, policy, signed) if signed else []
            if refused := [r for r in done if r.status == "refused"]:
                raise RuntimeError(f"{name} refused what it had been asked: {refused[0].code}")

    return await take_step(connection, act, papers_of(service), "confirmed", items, find, rows=papers, save=save)


async def list_papers(connection: Connection, at: Place, **filters: Any) -> list[Paper]:
    return await fetch_page(connection, _PAGE, at, **filters)


async def _papers(connection: Connection, ids: Sequence[UUID]) -> list[Paper]:
    return await fetch(connection, _LIST, ids=list(ids))


async def _insert(connection: Connection, rows: NewRows) -> set[UUID]:
    return await insert_free(connection, _INSERT, rows)


async def _ground(
    connection: Connection, act: Act, by_name: Mapping[str, PartysStep], sheets: Sequence[NewPaper | Paper]
) -> Ground:
    cases = await _cases(connection, by_name, [(s.procedure, s.case_id) for s in sheets])
    still = [case.household_id for (name, _), case in cases.items() if by_name[name].procedure.freezes]
    asked = [
        (case.household_id, subject, s.signed_on)
        for s in sheets
        if (case := cases.get((s.procedure, s.case_id))) is not None
        for subject in (s.witness, act.subject)
    ]
    return Ground(cases, frozenset(await list_frozen(connection, still)), await list_helping(connection, asked))


def _refusal(party: PartysStep, sheet: NewPaper | Paper, act: Act, ground: Ground) -> str | None:
    """Why the caller does not vouch for a sheet, be it as the first or as the second; None where he may."""
    case = ground.cases.get((sheet.procedure, sheet.case_id))
    if case is None:
        return "shared.not_found"
    step = party.step_of(case, sheet)
    refusal = party.against(case, sheet)
    refusal = refusal or step_refusal(party.procedure, step, case, act, ground.frozen, on_paper=True)
    # Neither who asked for the signature nor who is rated by it vouches for it (domain notes 9.1).
    if refusal is None and {sheet.witness, act.subject} & {getattr(case, column) for column in party.not_by}:
        return "shared.same_person"
    if refusal is None and any(
        (case.household_id, one, sheet.signed_on) in ground.helping for one in (sheet.witness, act.subject)
    ):
        return "shared.helper_vouches"
    return refusal


async def _cases(
    connection: Connection, by_name: Mapping[str, PartysStep], named: Sequence[tuple[str, UUID]]
) -> dict[tuple[str, UUID], Any]:
    """The cases of the sheets that the caller may see, locked, by procedure and id."""
    found: dict[tuple[str, UUID], Any] = {}
    for name, party in sorted(by_name.items()):
        ids = sorted({one for of, one in named if of == name})
        rows = await lock_cases(connection, party.procedure, ids) if ids else {}
        found |= {(name, one): row for one, row in rows.items()}
    return found
