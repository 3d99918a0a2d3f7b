"""Recording how households live."""

from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any, TypeAlias, TypeVar
from uuid import UUID

from services.registry.households import queries
from services.registry.households.rules import is_stale
from services.registry.households.schemas import ConditionReport, Conflict, Edited, IncomeStatement
from services.registry.households.tables import Household, HouseholdVersion
from services.registry.overruled.actions import overruled_words
from services.registry.overruled.queries import keep_words, list_words
from services.registry.overruled.rules import overruled_by
from services.registry.overruled.tables import OwnWords
from shared.acts.bodies import result
from shared.acts.bonds import list_helped
from shared.data.sql import Connection
from shared.events.relocation import HouseholdMovedIn
from shared.facts.steps import WaitError
from shared.ground.context import Act

ROOM = "registry.households"
NEWER_STANDS = "registry.households.newer_stands"
ATTESTED = "registry.households.attested"
FIELDS = {*queries.SAID, "division"}
CONFLICT = "registry.households.conflict"
Edit: TypeAlias = IncomeStatement | ConditionReport
AnyEdit = TypeVar("AnyEdit", IncomeStatement, ConditionReport)
Versions: TypeAlias = Mapping[UUID, HouseholdVersion]


def refusal_of(home: Household | None, act: Act, on: date, key: Hashable, seen: set[Any]) -> str | None:
    """Why an item of a batch is not taken: an unknown household, a date to come, the same one twice."""
    if home is None:
        return "not_found"
    if on > act.business_date:
        return "future_date"
    if key in seen:
        return "twice_in_batch"
    seen.add(key)
    return None


async def in_turns(items: Sequence[AnyEdit], take: Callable[[list[AnyEdit]], Awaitable[list[Edited]]]) -> list[Edited]:
    """Edits of one household one after another, as they were sent: what a device queued may come in one batch."""
    turns = defaultdict[int, list[int]](list)
    sent = Counter[UUID]()
    for place, item in enumerate(items):
        turns[sent[item.household_id]].append(place)
        sent[item.household_id] += 1
    answers = dict[int, Edited]()
    for places in turns.values():
        answers |= zip(places, await take([items[place] for place in places]), strict=True)
    return [answers[place] for place in range(len(items))]


async def record_conditions(connection: Connection, act: Act, items: Sequence[ConditionReport]) -> list[Edited]:
    """Up to a thousand reports; of one household and day there is one."""
    return await in_turns(items, partial(_record_conditions, connection, act, set()))


async def _record_conditions(
    connection: Connection, act: Act, seen: set[Any], items: Sequence[ConditionReport]
) -> list[Edited]:
    """From the day of the visit on, until the same is seen again, the household's facts are as seen.

    What was held for true before is kept. Who tells late is told that of something he saw a newer word stands; who
    saw something otherwise than a department attested is told so, and the department of what he saw.
    """
    homes = await queries.lock_households(connection, [i.household_id for i in items])
    helped = await list_helped_by(connection, act, [(i.household_id, i.observed_on) for i in items])
    words = await list_words(connection, list(homes), FIELDS)
    versions = await list_versions(connection, items)
    results, reports = list[Edited](), []
    for item in items:
        key = item.household_id, item.observed_on
        reason = refusal_of(homes.get(item.household_id), act, item.observed_on, key, seen)
        if reason is None and helped is not None and (item.household_id, item.observed_on) not in helped:
            reason = "not_paired"
        if reason is None and item.observed_on < homes[item.household_id].registered_on:
            reason = "before_registration"
        answer = answer_of(act, item, reason, versions)
        results.append(answer)
        if answer.code:
            continue
        reports.append(_said(item) | _of_visit(act, item))
        if _is_overtaken(item, words[item.household_id]):
            answer.code = NEWER_STANDS
    attested = await revise_facts(connection, act, reports, words)
    for item, answer in zip(items, results, strict=True):
        if answer.status == "accepted" and item.household_id in attested:
            answer.code = ATTESTED
    if lost := await tell_versions(connection, items, results, versions):
        facts = await queries.list_facts(connection, [item.household_id for item, _ in lost], act.business_date)
        for item, answer in lost:
            stands = {name: getattr(facts[item.household_id], name) for name in _said(item)}
            answer.conflict = conflict_of(item, versions[item.household_id], stands)
    return results


def _said(item: Edit) -> dict[str, Any]:
    said = item.model_dump(exclude_none=True, exclude={"household_id", "observed_on", "base_version"})
    return said | {name: {"codes": said[name]} for name in ("other_causes",) if name in said}


def _of_visit(act: Act, item: ConditionReport) -> dict[str, Any]:
    return {"household_id": item.household_id, "since": item.observed_on, "stated_by": act.subject, "weight": "visit"}


def _is_overtaken(item: ConditionReport, words: Sequence[OwnWords]) -> bool:
    said = {n for n in _said(item) if overruled_by(words, n, item.observed_on, "visit") is None}
    return any(said & set(w.own) for w in words if w.since > item.observed_on)


async def revise_facts(
    connection: Connection,
    act: Act,
    reports: Sequence[Mapping[str, Any]],
    words: Mapping[UUID, Sequence[OwnWords]] | None = None,
) -> set[UUID]:
    """Record facts of locked households that no department attests; of those that one attested its word stands, and
    what is said is kept beside it. `reports`: as `queries.revise_facts`; `words`, where they are known already.

    Returns the households of which something was said otherwise than a department attested.
    """
    if words is None:
        words = await list_words(connection, [r["household_id"] for r in reports], FIELDS)
    holding, lighter, kept = list[dict[str, Any]](), list[dict[str, Any]](), list[dict[str, Any]]()
    for report in reports:
        of_home = words[report["household_id"]]
        said = {name for name in queries.SAID if report.get(name) is not None}
        against = overruled_words(act, report, queries.SAID, of_home, division=of_home[0].facts["division"])
        kept += against
        if holds := said - {row["field"] for row in against}:
            holding.append({n: v for n, v in report.items() if n not in said or n in holds})
        lighter.append({n: v for n, v in report.items() if n not in holds})
    if holding:
        await queries.revise_facts(connection, holding)
    await queries.keep_said(connection, lighter)
    await keep_words(connection, kept)
    return {row["household_id"] for row in kept if row["differs"]}


async def list_versions(connection: Connection, items: Sequence[Edit]) -> Versions:
    """Of the households whose edits say which version they go by; they are locked already."""
    asked = [i.household_id for i in items if i.base_version is not None]
    return await queries.list_versions(connection, asked) if asked else {}


def answer_of(act: Act, item: Edit, reason: str | None, versions: Versions) -> Edited:
    if reason is None and item.base_version is not None:
        held = versions[item.household_id]
        own = held.changed_by == act.subject
        reason = "conflict" if is_stale(item.base_version, held.version, held.own_since, own=own) else None
    return Edited.model_validate(result(ROOM, item.household_id, reason), from_attributes=True)


async def tell_versions(
    connection: Connection, items: Sequence[AnyEdit], answers: Sequence[Edited], versions: Versions
) -> list[tuple[AnyEdit, Edited]]:
    """Say the version now to whose edit was taken and named the one that it goes by; those that are in conflict."""
    if not versions:
        return []
    now = await queries.list_versions(connection, list(versions))
    named = [(i, a) for i, a in zip(items, answers, strict=True) if i.base_version is not None]
    for item, answer in named:
        if answer.status == "accepted":
            answer.version = now[item.household_id].version
    return [(item, answer) for item, answer in named if answer.code == CONFLICT]


def conflict_of(item: Edit, held: HouseholdVersion, stands: dict[str, Any]) -> Conflict:
    """Both: what was sent and what stands."""
    about = {"base_version": item.base_version, "version": held.version, "changed_by": held.changed_by}
    return Conflict.model_validate(about | {"sent": _said(item), "stands": stands})


async def list_helped_by(
    connection: Connection, act: Act, days: Sequence[tuple[UUID, date]]
) -> set[tuple[UUID, date]] | None:
    """On which of the days a helper was the household's; of others than helpers that is not asked (None)."""
    return await list_helped(connection, act.subject, days) if act.caller.role == "helper" else None


async def require_households(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Household]:
    """For reactions: the households, locked in id order.

    Raises:
        WaitError: one is not in the register; it names the fact that would put it there.
    """
    wanted = sorted(set(ids))
    found = await queries.lock_households(connection, wanted)
    for household_id in wanted:
        if household_id not in found:
            raise WaitError(f"registry.household/{household_id}")
    return found


async def record_moves(connection: Connection, act: Act, moves: Sequence[HouseholdMovedIn]) -> None:
    """From the day it moved in, the household lives in a flat of an accepted building; a later word replaces it, unless
    a department had attested it before.
    """
    last = {move.household_id: move for move in moves}
    await require_households(connection, list(last))
    await queries.set_moved_in(connection, {i: move.moved_in_on for i, move in last.items()})
    flat = {"house_grade": "A", "safe_water": True, "electricity": True}
    own = flat | {"stated_by": act.subject, "weight": "attestation"}
    reports = [
        own | {"household_id": i, "since": move.moved_in_on, "house_area_m2_x100": move.area_m2_x100}
        for i, move in last.items()
    ]
    await revise_facts(connection, act, reports)
