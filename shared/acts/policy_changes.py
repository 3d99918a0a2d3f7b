"""Policy as acts: what a document says of a service's figures is proposed, and confirmed by another person.

It is stated in the service whose figures it changes (domain notes 9.13, ADR 21): that one alone knows the kinds of its
figures, can see a gap, and can try them on its own decisions.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AfterValidator, Field, JsonValue, TypeAdapter, field_validator, model_validator
from pydantic_core import PydanticCustomError, to_json

from shared.acts.batches import FREE, Named, NewRows, insert_free
from shared.acts.bodies import Case, Confirmation, Input, Result, code_of, without
from shared.acts.openings import open_cases
from shared.acts.policy_in_force import (
    PolicyChange,
    PolicyEntry,
    policy_change,
    policy_entry,
    policy_now,
    said_by,
    source_of,
)
from shared.acts.policy_trials import MOST_TRIED, try_change
from shared.acts.procedures import Finding, Procedure, Step, lock_cases, ripe_cases, take_step
from shared.acts.procedures import confirmed_or_rejected as confirmed
from shared.data.pages import Place, fetch_page, page
from shared.data.sql import Connection, execute, fetch, fetch_or_not_found, get_by, insert_many, list_by, sql
from shared.events import CATALOGUE
from shared.events.envelope import Payload
from shared.ground.context import Act
from shared.ground.policy import AmendmentError, Policy, codes_of, days_to_read, gap_between
from shared.ground.problems import Problem
from shared.ground.sentences import number_sentence
from shared.values.figures import LANGUAGES
from shared.values.inputs import LARGEST, Day, Name, Written, clean
from shared.values.verdicts import Missing, Reason, Rule

# The largest value of a founding set has 1,500 bytes, and three levels.
LARGEST_VALUE_BYTES, DEEPEST = 20_000, 10
ISSUER, TITLE = "Who issued the document.", "What the document is called."
CODE = "The figure of the policy, by its code."
_LIKE_A_PERSON = re.compile(r"\d{15}")
ROOM = "shared"
AGAINST = f"{ROOM}.policy_change"


def _bounded(value: JsonValue) -> JsonValue:
    """What every reader of JSON reads alike, and people read through before they confirm it."""
    waiting: list[tuple[Any, int]] = [(value, 1)]
    while waiting:
        one, depth = waiting.pop()
        if depth > DEEPEST:
            raise PydanticCustomError("too_long", "fewer entries")
        if isinstance(one, float) and one - one != 0:
            raise PydanticCustomError("finite_number", "a finite number")
        if isinstance(one, int) and abs(one) > LARGEST:
            raise PydanticCustomError("int_parsing_size", "a smaller whole number")
        if isinstance(one, str) and clean(one, Written(lines=True)) != one:
            raise PydanticCustomError("text_control", "text without control characters")
        if isinstance(one, dict):
            waiting += [(part, depth + 1) for pair in one.items() for part in pair]
        elif isinstance(one, list):
            waiting += [(part, depth + 1) for part in one]
    if len(to_json(value)) > LARGEST_VALUE_BYTES:
        raise PydanticCustomError("too_long", "fewer entries")
    return value


class NewEntry(Input):
    """A figure of the policy by its code, from `effective_from` until before `effective_to`: open-ended without it."""

    code: str = Field(pattern=r"^[a-z][a-z0-9_]{1,59}$", description=CODE)
    value: Annotated[
        JsonValue,
        Field(description="Its value: a number, a word, a list or a table, as it is now."),
        AfterValidator(_bounded),
    ]
    effective_from: Day
    effective_to: Day | None = None


class NewChange(Case):
    """What a document says of a service's figures; `scan_sha256` is that of its scan. It never names a person."""

    document_no: str = Field(min_length=1, max_length=80)
    issuer: Name = Field(min_length=1, max_length=80, description=ISSUER)
    title: Name = Field(min_length=1, max_length=200, description=TITLE)
    issued_on: Day
    scan_sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    entries: list[NewEntry] = Field(min_length=1, max_length=100, description="What it says of each figure.")

    @field_validator("document_no", "issuer", "title")
    @classmethod
    def _names_nobody(cls, text: str) -> str:
        if _LIKE_A_PERSON.search(text):
            raise PydanticCustomError("personal", "a number of your own files, not of a person")
        return text

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        self.entries.sort(key=lambda e: (e.code, e.effective_from))
        return self


@dataclass(frozen=True, slots=True)
class Founded:
    """What a service has of policy: its founding set, the dataclasses that are filled from it, the rules given them."""

    service: str
    founding: Policy
    kinds: tuple[type[Any], ...]
    rules: tuple[Rule, ...]


CONTENT = ("document_no", "issuer", "title", "issued_on", "scan_sha256", "entries")
_LIST = list_by(policy_change)
_GET = get_by(policy_change)
_SAME = sql(
    f"SELECT {policy_change.columns} FROM policy_change"  # noqa: S608 - our names
    " WHERE document_no = ANY(:numbers) AND state <> 'rejected' ORDER BY id",
    PolicyChange,
)
_ENTRIES = sql(
    f"SELECT {policy_entry.columns} FROM policy_entry WHERE change_id = ANY(:ids)"  # noqa: S608 - our names
    " ORDER BY change_id, code, effective_from",
    PolicyEntry,
)
_INSERT = insert_many(policy_change, PolicyChange._fields, FREE)
_INSERT_ENTRIES = sql(
    """
    INSERT INTO policy_entry (change_id, code, value, effective_from, effective_to)
    SELECT change_id, code, value, effective_from, effective_to FROM jsonb_to_recordset(:common)
    AS e (change_id uuid, code text, value jsonb, effective_from date, effective_to date)
    """
)
_PAGE = page(
    policy_change,
    "state",
    code="EXISTS (SELECT FROM policy_entry e WHERE e.change_id = policy_change.id AND e.code = :code)",
)
# One change after the other: each is held against the policy as the one before it left it.
_TAKE_TURN = sql("SELECT pg_advisory_xact_lock(hashtextextended('policy_change', 0))")


@cache
def changes_of(service: str) -> Procedure[PolicyChange]:
    """The procedure of a service's policy changes."""
    confirm = Step(
        "confirmed",
        "proposed",
        ("county",),
        ("proposed_by",),
        "confirmed",
        sets=("sequence", "policy_version", "trial_confirmed"),
        zh="复核政策变更",
        en="Confirm a change of policy",
    )
    return Procedure(f"{service}.policy_changes", policy_change, ((confirm,),))


async def propose_changes(connection: Connection, act: Act, of: Founded, items: Sequence[NewChange]) -> list[Result]:
    """What documents say, held against the policy as it stands, and tried on what was decided; nothing follows yet."""
    await execute(connection, _TAKE_TURN, rows=None)
    policy = await policy_now(connection, of.founding)
    rows = await fetch(connection, _LIST, ids=[i.id for i in items])
    same = await fetch(connection, _SAME, numbers=sorted({i.document_no for i in items}))
    entries = await list_entries(connection, [row.id for row in (*rows, *same)])
    known = {row.id: row._asdict() | {"entries": _as_sent(entries[row.id])} for row in rows}
    stated = [(row.document_no, row.issuer, _as_sent(entries[row.id])) for row in same]
    against, trials = dict[UUID, AmendmentError](), dict[UUID, dict[str, Any]]()
    for item in _each_once([i for i in items if i.id not in known]):
        try:
            other = amended_by(of, policy, item, item.entries)
        except AmendmentError as error:
            against[item.id] = error
            continue
        most = max(1, MOST_TRIED // len(items))
        trials[item.id] = await try_change(connection, of.rules, policy, other, said_by(item.entries), most)

    def judge(item: NewChange) -> str | PolicyChange:
        if item.issued_on > act.business_date:
            return "future_date"
        if item.id in against:
            return against[item.id].reason
        if (item.document_no, item.issuer, item.entries) in stated:
            return "change_exists"
        stated.append((item.document_no, item.issuer, item.entries))
        return changes_of(of.service).opened(
            act,
            "proposed",
            **item.model_dump(exclude={"entries"}),
            division=act.caller.area,
            effective_from=min(e.effective_from for e in item.entries),
            trial=trials[item.id],
            proposed_on=act.business_date,
            proposed_by=act.subject,
        )

    async def save(new: NewRows) -> set[UUID]:
        free = await insert_free(connection, _INSERT, new)
        kept = [
            e.model_dump(mode="json") | {"change_id": str(row["id"])}
            for row in new
            if row["id"] in free
            for e in row["entries"]
        ]
        await execute(connection, _INSERT_ENTRIES, rows=len(kept), common=kept)
        return free

    results = await open_cases(
        connection, act, changes_of(of.service), "proposed", items, known, CONTENT, judge, save, room=ROOM
    )
    return [_with_figure(r, against.get(i.id)) for r, i in zip(results, items, strict=True)]


def missing_of(error: AmendmentError) -> list[Missing]:
    """Which figure is in the way, and on which day."""
    figures = {"figure": error.code, "on": error.on.isoformat()}
    return [Missing(AGAINST, Reason(error.reason, passed=False, figures=figures))]


def _with_figure(answer: Result, error: AmendmentError | None) -> Result:
    if error is None or answer.code != code_of(ROOM, error.reason):
        return answer
    return answer.model_copy(update=without(missing_of(error)))


def _each_once(items: Sequence[Named]) -> list[Any]:
    """What comes again is answered as the first of it."""
    first = dict[UUID, Any]()
    for item in items:
        first.setdefault(item.id, item)
    return list(first.values())


async def confirm_changes(connection: Connection, act: Act, of: Founded, items: Sequence[Confirmation]) -> list[Result]:
    """By another person: each change that still fits is in force from this transaction on, the others stay proposed."""
    await execute(connection, _TAKE_TURN, rows=None)
    procedure, policy = changes_of(of.service), await policy_now(connection, of.founding)
    cases = await lock_cases(connection, procedure, [i.id for i in items])
    ripe = {c.id for c in await ripe_cases(connection, act, procedure, "confirmed", cases)}
    entries, found = await list_entries(connection, list(cases)), dict[UUID, Finding]()
    for item in _each_once([i for i in items if i.id in ripe]):
        if not item.confirmed:
            continue
        case, said = cases[item.id], entries[item.id]
        try:
            other = amended_by(of, policy, case, said)
        except AmendmentError as error:
            found[item.id] = Finding(refusal=error.reason, missing=missing_of(error))
            continue
        trial = await try_change(connection, of.rules, policy, other, said_by(said), max(1, MOST_TRIED // len(items)))
        sets = {"sequence": other.changes, "policy_version": other.version, "trial_confirmed": trial}
        found[item.id], policy = Finding(sets=sets, detail={"policy_version": other.version}), other

    def find(case: PolicyChange, item: Confirmation) -> Finding:
        return found[case.id] if item.confirmed else confirmed(case, item)

    def told(case: PolicyChange, finding: Finding) -> Payload:
        return _event(of.service, case, finding, entries[case.id])

    return await take_step(connection, act, procedure, "confirmed", items, find, rows=cases, facts=told)


def _event(service: str, case: PolicyChange, finding: Finding, entries: Sequence[PolicyEntry]) -> Payload:
    return CATALOGUE[f"{service}.policy_changed.v1"](
        change_id=case.id,
        document_no=case.document_no,
        issuer=case.issuer,
        title=case.title,
        issued_on=case.issued_on,
        codes=sorted({e.code for e in entries}),
        effective_from=case.effective_from,
        policy_version=finding.sets["policy_version"],
    )


def amended_by(of: Founded, policy: Policy, change: Any, entries: Sequence[Any]) -> Policy:
    """The policy as a change would leave it.

    Raises:
        AmendmentError: it does not fit the figures, leaves a gap, or can stand for nothing that somebody asks.
    """
    other = policy.amended(said_by(entries), source_of(change), change.id)
    for entry in entries:
        if (day := gap_between(policy, other, entry.code)) is not None:
            raise AmendmentError("policy_gap", entry.code, day)
        _refuse_unsaid(of.service, next(e for e in other.entries if _is_of(e, change.id, entry)))
    codes = {e.code for e in entries}
    for kind in of.kinds:
        if touched := sorted(codes_of(kind) & codes):
            _refuse_unread(other, kind, touched[0])
    return other


def _is_of(stands: Any, change_id: UUID, entry: Any) -> bool:
    place = (change_id, entry.code, entry.effective_from)
    return (stands.change_id, stands.code, stands.effective_from) == place


def _refuse_unsaid(service: str, entry: Any) -> None:
    """A list that is shorter than its sentence, a table without a word that it names, cannot be told to anybody."""
    try:
        for language in LANGUAGES:
            number_sentence(service, entry.code, entry.value, language)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise AmendmentError("unlike_figure", entry.code, entry.effective_from) from error


def _refuse_unread(policy: Policy, kind: type[Any], code: str) -> None:
    """Read a policy dataclass on each day on which one of its entries begins, strictly by its types."""
    adapter: TypeAdapter[Any] = TypeAdapter(kind)
    for day in days_to_read(policy, kind):
        try:
            found = policy.on(day, kind)
            alike = adapter.validate_json(adapter.dump_json(found, warnings=False), strict=True) == found
        except Problem as error:
            raise AmendmentError("policy_unread", error.figures["figure"], day) from error
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise AmendmentError("policy_unread", code, day) from error
        if not alike:
            raise AmendmentError("policy_unread", code, day)


async def list_entries(connection: Connection, ids: Iterable[UUID]) -> Mapping[UUID, list[PolicyEntry]]:
    """By change, by code and day."""
    by_change: dict[UUID, list[PolicyEntry]] = {one: [] for one in ids}
    for entry in await fetch(connection, _ENTRIES, ids=list(by_change)):
        by_change[entry.change_id].append(entry)
    return by_change


def _as_sent(entries: Sequence[PolicyEntry]) -> list[NewEntry]:
    return [NewEntry.model_construct(**{n: getattr(e, n) for n in NewEntry.model_fields}) for e in entries]


async def list_changes(connection: Connection, at: Place, **filters: Any) -> list[PolicyChange]:
    return await fetch_page(connection, _PAGE, at, **filters)


async def get_change(connection: Connection, change_id: UUID) -> tuple[PolicyChange, list[PolicyEntry]]:
    """A change with its entries.

    Raises:
        Problem: there is none that the caller may see.
    """
    row = await fetch_or_not_found(connection, _GET, id=change_id)
    return row, (await list_entries(connection, [row.id]))[row.id]
