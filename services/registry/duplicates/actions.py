"""Asking for searches, searching, sorting pairs out, and ending those of whom one has left."""

from collections.abc import AsyncIterator, Callable, Collection, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from services.registry.duplicates import queries
from services.registry.duplicates.queries import Order
from services.registry.duplicates.rules import (
    TOWNSHIP,
    DuplicatePolicy,
    Keys,
    Pair,
    Person,
    asked_in,
    by_birth,
    by_place,
    find_pairs,
    name_of,
    number_of,
    review_refusal,
)
from services.registry.duplicates.schemas import NewSearch, PairReview
from services.registry.duplicates.tables import Duplicate, DuplicateSearch, LivingMember, duplicate
from services.registry.households import queries as households
from services.registry.suspicions import actions as suspicions
from services.registry.suspicions.queries import list_concerned
from services.registry.suspicions.schemas import NewSuspicion
from shared.acts.batches import take_new
from shared.acts.bodies import Confirmation, Result, answers, result
from shared.acts.bonds import list_helping
from shared.acts.procedures import (
    PASSED,
    Finding,
    Procedure,
    Step,
    advance,
    lock_cases,
    log_steps,
    ripe_cases,
    take_step,
)
from shared.data.crypto import DataKeys
from shared.data.sql import Connection
from shared.ground.context import Act
from shared.ground.policy import Policy
from shared.values.ids import uuid7
from shared.values.sounds import syllables

ROOM = "registry.duplicates"
# What is raised is looked into by others and settled by a third: who says the same gives nobody anything. Who tells two
# apart may leave a person twice on the list, so that since the second version another agrees. Of two townships neither
# sees both households. A freeze holds up what a household receives, not the looking.
_REVIEW = Step("suspected", "open", ("township",), (), "reviewed", days=30, sets=("reason", "suspicion_id"),
               zh="辨别疑似重复登记人员", en="Say whether two members are one person")  # fmt: skip
_BEGUN = (_REVIEW, _REVIEW._replace(after="between", roles=("county",)))
_AGREED = Step(
    "different",
    "told_apart",
    ("township", "county"),
    ("reviewed_by",),
    "confirmed",
    days=15,
    zh="复核辨别为两人的疑似重复人员",
    en="Agree that two members are two people",
)
DUPLICATE = Procedure(ROOM, duplicate, (_BEGUN, (*_BEGUN, _AGREED)), freezes=False)
_LEFT = Finding(passed=False, ends="ended", reason="left")
PORTION = 5_000
# Each holds all who can share a key: of one year of birth, then of one township.
PASSES: tuple[tuple[Order, Keys, Callable[[Person], Any]], ...] = (
    ("birth", by_birth, lambda person: person.born_on.year),
    ("place", by_place, lambda person: person.division[:TOWNSHIP]),
)


async def ask_searches(connection: Connection, act: Act, items: Sequence[NewSearch]) -> list[Result]:
    """Keep them for the worker; the same again is answered by how far it is."""
    known = await queries.list_searches_by_id(connection, [i.id for i in items])

    def judge(item: NewSearch) -> dict[str, Any]:
        county = act.caller.area
        return DuplicateSearch(item.id, county, "waiting", act.business_date, act.subject, 0, 0, 0, 0, 0)._asdict()

    reasons, fresh = await take_new(items, known, (), judge, partial(queries.insert_searches, connection))
    states = {one: row.state for one, row in known.items()} | {row["id"]: row["state"] for row in fresh}
    return answers(ROOM, [i.id for i in items], reasons, states)


async def search_people(
    connection: Connection, act: Act, search: DuplicateSearch, policy: Policy, data_keys: DataKeys
) -> None:
    """Compare the people of a county, and ask about those who may be one: the service's act for who asked for it."""
    figures = policy.on(search.asked_on, DuplicatePolicy)
    people, crowded, found, raised = 0, set[str](), set[UUID](), 0
    for order, keys, together in PASSES:
        async for group in _in_groups(connection, data_keys, search.division, order, together):
            pairs, lost = find_pairs(group, keys, figures)
            new = [pair for pair in pairs if pair.id not in found]
            found.update(pair.id for pair in new)
            raised += await _raise(connection, act, search, new)
            people += len(group) if order == "birth" else 0
            crowded |= lost
    await queries.finish_search(
        connection, search.id, "done", people=people, pairs=len(found), raised=raised, crowded=len(crowded)
    )


async def _in_groups(
    connection: Connection, data_keys: DataKeys, area: str, order: Order, together: Callable[[Person], Any]
) -> AsyncIterator[list[Person]]:
    """All people of one year, or of one township, at a time: no more is held at once."""
    group, key = list[Person](), None
    async for portion in queries.read_people(connection, area, order, PORTION):
        for member in portion:
            person = _person(data_keys, member)
            if group and together(person) != key:
                yield group
                group = []
            key = together(person)
            group.append(person)
    if group:
        yield group


def _person(data_keys: DataKeys, member: LivingMember) -> Person:
    name = name_of(member.name)
    number = data_keys.decrypt(member.id_number_sealed, "member", "id_number_sealed", member.member_id)
    return Person(
        member.reference,
        member.household_id,
        member.division,
        member.registered_on,
        name,
        syllables(name),
        member.sex,
        member.born_on,
        number_of(number),
    )


async def _raise(connection: Connection, act: Act, search: DuplicateSearch, pairs: Sequence[Pair]) -> int:
    """Ask people about these; how many of them are new."""
    cases = [
        DUPLICATE.opened(
            act,
            pair.state,
            id=pair.id,
            division=pair.division,
            household_id=pair.later.household_id,
            household_division=pair.later.division,
            person=pair.later.reference,
            other_household_id=pair.earlier.household_id,
            other_division=pair.earlier.division,
            other_person=pair.earlier.reference,
            code=pair.code,
            score=pair.score,
            alike=" ".join(pair.alike),
            search_id=search.id,
            found_on=act.business_date,
        )
        for pair in pairs
    ]
    fresh = await queries.raise_pairs(connection, cases)
    await log_steps(connection, act, DUPLICATE, "found", [(case, PASSED) for case in cases if case.id in fresh])
    return len(fresh)


async def review(connection: Connection, act: Act, items: Sequence[PairReview]) -> list[Result]:
    """A person says whether two are one. The same is suspected, and looked into by others; of two people another is
    asked. Who has left meanwhile is nobody's double.
    """
    cases, barred, left = await _lock(connection, act, [i.id for i in items])
    said = {i.id: i for i in reversed(items)}  # of what stands there twice the first is taken

    def refusal(case: Duplicate, item: PairReview) -> str | None:
        return barred.get(case.id) or review_refusal(item.reason, same=item.same)

    ripe = await ripe_cases(connection, act, DUPLICATE, "suspected", cases)
    fit = [c for c in ripe if c.id not in left and said[c.id].same and not refusal(c, said[c.id])]
    raised = await _suspect(connection, act, [(case, said[case.id]) for case in fit])

    def find(case: Duplicate, item: PairReview) -> Finding:
        if refused := refusal(case, item):
            return Finding(refusal=refused)
        if case.id in left:
            return _LEFT
        if not item.same:
            ends = "different" if case.procedure_version == 1 else "told_apart"
            return Finding(passed=False, ends=ends, sets={"reason": item.reason})
        code, suspicion_id = raised[case.id]
        return Finding(refusal=code) if code else Finding(sets={"suspicion_id": suspicion_id})

    # The county sees what is a township's to say, and is told so.
    others = {c.id for c in cases.values() if c.state == "open" and act.caller.role not in _REVIEW.roles}
    own = [item for item in items if item.id not in others]
    taken = iter(await take_step(connection, act, DUPLICATE, "suspected", own, find, rows=cases))
    return [result(ROOM, i.id, "of_one_township", state="open") if i.id in others else next(taken) for i in items]


async def confirm(connection: Connection, act: Act, items: Sequence[Confirmation]) -> list[Result]:
    """Another person agrees that two are two, and nobody is asked about them again; or it is said anew."""
    cases, barred, left = await _lock(connection, act, [i.id for i in items])

    def find(case: Duplicate, item: Confirmation) -> Finding:
        if refused := barred.get(case.id):
            return Finding(refusal=refused)
        if case.id in left:
            return _LEFT
        return PASSED if item.confirmed else Finding(passed=False, ends=asked_in(case.division), signs=False)

    return await take_step(connection, act, DUPLICATE, "different", items, find, rows=cases)


async def _lock(
    connection: Connection, act: Act, ids: Sequence[UUID]
) -> tuple[dict[UUID, Duplicate], dict[UUID, str], set[UUID]]:
    """Pairs by id; of which of them the caller has no word, and why; and of which of them one has left."""
    known = await queries.list_by_ids(connection, ids)
    # A household before its cases, as who looks into its suspicions.
    homes = sorted({home for pair in known.values() for home in _homes(pair)})
    await households.lock_households(connection, homes)
    cases = await lock_cases(connection, DUPLICATE, list(known))
    of_homes = await _barred(connection, act, homes)
    barred = {c.id: why for c in cases.values() for home in _homes(c) if (why := of_homes.get(home))}
    left = {pair.id for pair in await queries.lock_left(connection, list(cases))}
    return cases, barred, left


def _homes(case: Duplicate) -> tuple[UUID, UUID]:
    return case.household_id, case.other_household_id


async def _barred(connection: Connection, act: Act, homes: Collection[UUID]) -> dict[UUID, str]:
    """Of which households the caller has no word, and why: what is suspected there concerns him, or he helps them."""
    helping = await list_helping(connection, [(one, act.subject, act.business_date) for one in homes])
    concerned = await list_concerned(connection, list(homes), act.subject)
    return dict.fromkeys((one for one, _, _ in helping), "helped_by_you") | dict.fromkeys(
        concerned, "shared.same_person"
    )


async def _suspect(
    connection: Connection, act: Act, same: Sequence[tuple[Duplicate, PairReview]]
) -> dict[UUID, tuple[str | None, UUID | None]]:
    """Raise those that are said to be the same: by pair why it could not be, or the suspicion. What somebody suspects
    of that household and person already is looked into, whoever raised it.
    """
    asked = [
        NewSuspicion(
            id=uuid7(),
            household_id=case.household_id,
            code=case.code,
            person=case.person,
            about=item.about,
            evidence=f"duplicate {case.id}, score {case.score}",
        )
        for case, item in same
    ]
    results = await suspicions.suspect(connection, act, asked, "duplicate") if asked else []
    found = dict[UUID, tuple[str | None, UUID | None]]()
    for (case, _), new, answer in zip(same, asked, results, strict=True):
        is_known = answer.code == f"{suspicions.ROOM}.already_raised"
        found[case.id] = (None, None) if is_known else (answer.code, None if answer.code else new.id)
    return found


async def end_left(connection: Connection, act: Act, ids: Sequence[UUID]) -> int:
    """Of the pairs of whom one has left nothing is asked any more; how many those were. Should they be found again,
    wherever they live then, they are asked about anew.
    """
    left = await queries.lock_left(connection, ids)
    await advance(connection, act, DUPLICATE, "ended", [(case, "ended", _LEFT) for case in left])
    return len(left)
