"""Identification, step by step: every step takes a list and answers for each.

Meeting and county decide by rules; the steps between are people's, each dated, each by another person than those whose
word he checks (domain notes 2.1 and 9.8). What speaks against a household are doubts: objections and suspicions.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from services.registry.entries.actions import Clerk, enter_households
from services.registry.entries.rules import Ground, RosterHousehold, RosterPolicy, school_dropout
from services.registry.exits.rules import NoticePolicy
from services.registry.households.actions import revise_facts
from services.registry.households.rules import income_year_of
from services.registry.identification import queries
from services.registry.identification.files import Read, household_of, read, seal, unseal
from services.registry.identification.rules import (
    IDENTIFICATION_RULE,
    VOTE_RULE,
    IdentificationFacts,
    IdentificationPolicy,
    VoteFacts,
    VotePolicy,
    identification_decision,
    is_possible,
    line_counted_on,
    seen_income_fen,
    vote_decision,
)
from services.registry.identification.schemas import (
    Application,
    Check,
    Comparison,
    Visit,
    Vote,
)
from services.registry.identification.tables import (
    Applicant,
    IdentificationCase,
    SealedApplication,
    identification,
)
from services.registry.numbers.actions import give_numbers
from services.registry.numbers.queries import list_numbered
from services.registry.persons import queries as persons
from services.registry.persons.tables import KnownPerson
from services.registry.roster.queries import list_villages
from shared.acts.batches import NewRows, take_new
from shared.acts.bodies import Case, Result, answers
from shared.acts.decisions import record_decisions
from shared.acts.procedures import (
    Finding,
    Procedure,
    Step,
    log_steps,
    notice_over_on,
    ripe_cases,
    take_step,
)
from shared.acts.rounds import Entry, entry, list_rounds_of
from shared.data.crypto import DataKeys
from shared.data.sql import Connection
from shared.ground.context import Act
from shared.ground.policy import Policy
from shared.values.calendar import Days
from shared.values.verdicts import Decided

ROOM = "registry.identification"
# While somebody has still to answer, a case waits for nobody else.
UNDOUBTED = """
    NOT EXISTS (SELECT FROM identification_doubt d WHERE d.identification_id = c.id AND d.resolved_on IS NULL{})
"""
VILLAGERS_WORD = ("applied_by", "visited_by", "reviewed_by")
IDENTIFICATION = Procedure(ROOM, identification, ((
    # name, after, who may; who must not, what it signs
    Step("visited", "applied", ("village", "team", "helper"), ("applied_by",), "visited", sets=("seen",),
         zh="入户核实", en="Visit the household"),
    Step("reviewed", "visited", ("village",), ("applied_by",), "reviewed",
         zh="村民代表会议评议", en="Vote of the villagers' representatives"),
    Step("checked", "reviewed", ("village", "team"), VILLAGERS_WORD, "checked",
         zh="村级核查", en="Check by the village"),
    Step("noticed", "checked", ("village",), signs="notice_posted", sets=("notice_ends_on",),
         zh="第一次公示", en="First public notice"),
    Step("township_checked", "noticed", ("township",), (*VILLAGERS_WORD, "checked_by"), "township_checked",
         waits_for="notice_ends_on", asked_where=UNDOUBTED.format(" AND d.kind = 'objection'"),
         zh="乡镇审核", en="Check by the township"),
    Step("noticed_again", "township_checked", ("village",), signs="second_notice_posted",
         sets=("second_notice_ends_on",), zh="第二次公示", en="Second public notice"),
    Step("compared", "noticed_again", ("county",), (*VILLAGERS_WORD, "checked_by", "township_checked_by"), "compared",
         waits_for="second_notice_ends_on", sets=("decision_id",),
         asked_where=UNDOUBTED.format(""), zh="县级比对审定", en="Comparison and decision of the county"),
    Step("entered", "compared", ("county",), ("compared_by",), "entered", sets=("household_id", "household_no"),
         asked_where=UNDOUBTED.format(""), zh="公告并登记建档", en="Announce and register the household"),
),), freezes=False)  # fmt: skip
# By the state of a notice, the column with the first day after it.
NOTICES = {"noticed": "notice_ends_on", "noticed_again": "second_notice_ends_on"}
SIGNED = ("visited", "reviewed", "checked", "township_checked")
Index = Mapping[str, dict[str, bytes]]


async def apply_to_be_registered(
    connection: Connection, act: Act, policy: Policy, data_keys: DataKeys, items: Sequence[Application]
) -> list[Result]:
    """Open a case for each household, with its people sealed; the same item again is answered the same.

    Nobody applies who is in the register, or stands in another open application, wherever in the county.
    """
    on = act.business_date
    await queries.hold_applications(connection)
    known = await queries.list_by_id(connection, [i.id for i in items])
    named = await list_villages(connection, act.caller.area, on)
    ground = _ground(act, policy, [code for codes in named.values() for code in codes])
    asked = [_read(item, data_keys, ground, known.get(item.id)) for item in items]
    elsewhere = await _list_elsewhere(connection, [a.persons for a in asked])
    rounds = await list_rounds_of(connection, ROOM, on.year, [a.division for a in asked])
    outside = {i.id: i.outside_round for i in items}
    opened, applying = dict[UUID, IdentificationCase](), set[str]()

    def judge(item: Read) -> str | dict[str, Any]:
        within = entry(rounds.get(item.division), "applied", on, outside[item.id])
        reason = None if act.caller.within(item.division) else "outside_area"
        reason = reason or item.reason or within.refusal
        if reason is None and any(p in applying or p in elsewhere for p in item.persons):
            reason = "registry.roster.person_under_review"
        if reason:
            return reason
        applying.update(item.persons)
        opened[item.id] = case = _opened(act, item, within)
        return case._asdict()

    async def save(rows: NewRows) -> set[UUID]:
        return await queries.insert_cases(connection, rows)

    reasons, fresh = await take_new(asked, known, ("division", "content_digest"), judge, save)
    taken = {row["id"] for row in fresh}
    await _keep_sealed(connection, data_keys, {a.id: a for a in reversed(asked) if a.id in taken}.values())
    beside = {one: {"outside_round": why} for one, why in outside.items() if why}
    found = [(opened[row["id"]], Finding(detail=beside.get(row["id"], {}))) for row in fresh]
    await log_steps(connection, act, IDENTIFICATION, "applied", found)
    states = {one: row.state for one, row in known.items()} | {row["id"]: row["state"] for row in fresh}
    return answers(ROOM, [i.id for i in items], reasons, states)


def _ground(act: Act, policy: Policy, villages: Iterable[str]) -> Ground:
    """As for a roster file whose villages are called by their codes."""
    on = act.business_date
    return Ground(on, {(code, code): [code] for code in villages}, policy.on(on, RosterPolicy))


def _read(item: Application, data_keys: DataKeys, ground: Ground, known: IdentificationCase | None) -> Read:
    applied = item.model_dump(mode="json", exclude={"id", "division", "outside_round"})
    return read(data_keys, item.id, item.division, applied, ground, known.content_digest if known else None)


async def _list_elsewhere(connection: Connection, indexes: Iterable[Index]) -> set[str]:
    """Those of the ID numbers whose persons belong to a household, or stand in an open application."""
    index = {identity: digests for one in indexes for identity, digests in one.items()}
    owner = {pair: identity for identity, digests in index.items() for pair in digests.items()}
    applying = await queries.list_applying(connection, list(owner))
    return {identity for (_, digest), identity in owner.items() if digest in applying} | _settled(
        await persons.list_known(connection, index)
    )


def _settled(known: Mapping[str, KnownPerson]) -> set[str]:
    """Who belongs to a household, or whose death was confirmed."""
    return {identity for identity, person in known.items() if person.left_on is None or person.died}


async def _keep_sealed(connection: Connection, data_keys: DataKeys, applications: Iterable[Read]) -> None:
    kept = list(applications)
    sealed = [SealedApplication(a.id, a.division, seal(data_keys, a.id, a.applied)) for a in kept]
    people = [Applicant(key, digest, a.id) for a in kept for one in a.persons.values() for key, digest in one.items()]
    await queries.insert_sealed(connection, sealed, people)


def _opened(act: Act, item: Read, within: Entry) -> IdentificationCase:
    on = act.business_date
    return IDENTIFICATION.opened(
        act,
        "applied",
        within.stages,
        id=item.id,
        division=item.division,
        income_year=income_year_of(on) - 1,  # the last that is closed
        people=len(item.persons),
        content_digest=item.content_digest,
        applied_on=on,
        applied_by=act.subject,
        case_round_id=within.case_round_id,
    )


async def visit(connection: Connection, act: Act, items: Sequence[Visit]) -> list[Result]:
    """What was seen stands from here on where the household had said something else."""

    def find(_case: IdentificationCase, item: Visit) -> Finding:
        seen = item.model_dump(mode="json", exclude={"id", "evidence"})
        return Finding(detail={"evidence": item.evidence}, sets={"seen": seen})

    return await take_step(connection, act, IDENTIFICATION, "visited", items, find)


async def review(connection: Connection, act: Act, policy: Policy, items: Sequence[Vote]) -> list[Result]:
    """The villagers' representatives vote; who is not voted in is told by how much. Too few of them are no meeting."""
    figures = policy.on(act.business_date, VotePolicy)
    cases = await queries.lock_cases(connection, [i.id for i in items])
    ripe = await ripe_cases(connection, act, IDENTIFICATION, "reviewed", cases)
    votes = {i.id: VoteFacts(i.entitled, i.present, i.recused, i.in_favour) for i in reversed(items)}
    decided = {
        case.id: Decided(
            VOTE_RULE, str(case.id), case.division, votes[case.id], figures, vote_decision(votes[case.id], figures)
        )
        for case in ripe
        if is_possible(votes[case.id])
    }
    meetings = [d for d in decided.values() if "quorum" not in d.verdict.missing]
    await record_decisions(connection, act, policy.version, meetings)

    def find(case: IdentificationCase, _item: Vote) -> Finding:
        if case.id not in decided:
            return Finding(refusal="impossible_count")
        one = decided[case.id]
        if "quorum" in one.verdict.missing:
            return Finding(refusal="no_quorum", missing=one.missing)
        return _by_rule(one, "not_carried")

    return await take_step(connection, act, IDENTIFICATION, "reviewed", items, find, rows=cases)


def _by_rule(one: Decided, reason: str, **sets: Any) -> Finding:
    passed = one.verdict.outcome == "approved"
    detail = {"decision_id": str(one.id)}
    return Finding(passed=passed, detail=detail, reason=None if passed else reason, missing=one.missing, sets=sets)


def _confirmed(_case: IdentificationCase, item: Check) -> Finding:
    reason = None if item.confirmed else "not_confirmed"
    return Finding(passed=item.confirmed, detail={"evidence": item.evidence}, reason=reason)


async def check(connection: Connection, act: Act, items: Sequence[Check]) -> list[Result]:
    return await take_step(connection, act, IDENTIFICATION, "checked", items, _confirmed)


async def post_notice(
    connection: Connection, act: Act, policy: Policy, items: Sequence[Case], state: str = "noticed"
) -> list[Result]:
    """On public notice in the village from today, for at least the days of the policy that is in force today."""
    finding = Finding(sets={NOTICES[state]: notice_ends_on(act, policy)})
    return await take_step(connection, act, IDENTIFICATION, state, items, lambda _case, _item: finding)


def notice_ends_on(act: Act, policy: Policy) -> date:
    return notice_over_on(act, Days(policy.on(act.business_date, NoticePolicy).public_notice_days))


async def check_by_township(connection: Connection, act: Act, items: Sequence[Check]) -> list[Result]:
    """After the first notice has run its days without an open objection."""
    cases = await queries.lock_cases(connection, [i.id for i in items])
    doubted = await _doubted(connection, cases)

    def find(case: IdentificationCase, item: Check) -> Finding:
        objected = doubted(case) == "objection_open"
        return Finding(refusal="objection_open") if objected else _confirmed(case, item)

    return await take_step(connection, act, IDENTIFICATION, "township_checked", items, find, rows=cases)


async def _doubted(
    connection: Connection, cases: Mapping[UUID, IdentificationCase]
) -> Callable[[IdentificationCase], str | None]:
    """What holds a case up: an objection before a suspicion."""
    doubts = await queries.count_open_doubts(connection, list(cases))

    def held_by(case: IdentificationCase) -> str | None:
        one = doubts.get(case.id)
        return None if one is None else "objection_open" if one.objections else "suspicion_open"

    return held_by


async def compare(
    connection: Connection, act: Act, policy: Policy, data_keys: DataKeys, items: Sequence[Comparison]
) -> list[Result]:
    """The county has compared with other registers, and lays the cases before the rule; every verdict is stored.

    A case stands still while somebody still has to answer an objection, or a suspicion.
    """
    cases = await queries.lock_cases(connection, [i.id for i in items])
    doubted = await _doubted(connection, cases)
    ripe = [c for c in await ripe_cases(connection, act, IDENTIFICATION, "compared", cases) if doubted(c) is None]
    sealed = await queries.list_sealed(connection, [c.id for c in ripe])
    decided = {c.id: _decide(act, policy, c, unseal(data_keys, c.id, sealed[c.id])) for c in ripe}
    await record_decisions(connection, act, policy.version, list(decided.values()))

    def find(case: IdentificationCase, item: Comparison) -> Finding:
        if held_by := doubted(case):
            return Finding(refusal=held_by)
        one = decided[case.id]
        found = _by_rule(one, "criteria_not_met", decision_id=one.id)
        return replace(found, detail={**found.detail, "evidence": item.evidence})

    return await take_step(connection, act, IDENTIFICATION, "compared", items, find, rows=cases)


def _decide(act: Act, policy: Policy, case: IdentificationCase, applied: Mapping[str, Any]) -> Decided:
    """By the line of the income year that is looked at, whenever the county comes to it."""
    household = household_of(applied, case.division, act.business_date, seen=case.seen)
    figures = policy.on(line_counted_on(case.income_year), IdentificationPolicy)
    seen = case.seen or {}
    facts = IdentificationFacts(
        members=len(household.members),
        income_year=case.income_year,
        net_income_fen=seen_income_fen(seen) if seen else None,
        food_secure=seen.get("food_secure"),
        clothing_secure=seen.get("clothing_secure"),
        school_dropout=school_dropout(household, _ground(act, policy, ())),
        medical_insured=all(m.values["medical_insured"] for m in household.members),
        house_grade=seen.get("house_grade"),
        safe_water=seen.get("safe_water"),
        open_objections=0,
        open_suspicions=0,
        steps_missing=tuple(name for name in SIGNED if getattr(case, f"{name}_by") is None),
    )
    verdict = identification_decision(facts, figures)
    return Decided(IDENTIFICATION_RULE, str(case.id), case.division, facts, figures, verdict)


async def enter(
    connection: Connection, act: Act, policy: Policy, data_keys: DataKeys, items: Sequence[Case]
) -> list[Result]:
    """Announced: the households are in the register from today on, each under the next number of its village.

    Whoever has come into the register by another way meanwhile is not entered twice.
    """
    await queries.hold_applications(connection)
    cases = await queries.lock_cases(connection, [i.id for i in items])
    doubted = await _doubted(connection, cases)
    ripe = [c for c in await ripe_cases(connection, act, IDENTIFICATION, "entered", cases) if doubted(c) is None]
    sealed = await queries.list_sealed(connection, [c.id for c in ripe])
    given = await give_numbers(connection, [c.division for c in ripe])
    numbers = {case.id: no for case, no in zip(ripe, given, strict=True)}
    homes, indexes = dict[UUID, RosterHousehold](), dict[UUID, Index]()
    for case in ripe:
        applied = unseal(data_keys, case.id, sealed[case.id])
        homes[case.id] = home = household_of(applied, case.division, act.business_date, numbers[case.id], case.seen)
        indexes[case.id] = {m.identity: data_keys.index(m.identity) for m in home.members}
    index = {identity: digests for one in indexes.values() for identity, digests in one.items()}
    await persons.hold_persons(connection, index)
    known = await persons.list_known(connection, index)
    free = [c for c in ripe if not _settled(known) & indexes[c.id].keys()]
    clerk = Clerk(_ground(act, policy, {c.division for c in free}), data_keys, index, act.subject, known)
    ids = await _register(connection, act, clerk, free, homes)

    def find(case: IdentificationCase, _item: Case) -> Finding:
        if held_by := doubted(case):
            return Finding(refusal=held_by)
        if case.id not in ids:
            return Finding(passed=False, reason="registry.roster.person_under_review")
        return Finding(sets={"household_id": ids[case.id], "household_no": numbers[case.id]})

    return await take_step(connection, act, IDENTIFICATION, "entered", items, find, rows=cases)


async def _register(
    connection: Connection,
    act: Act,
    clerk: Clerk,
    cases: Sequence[IdentificationCase],
    homes: Mapping[UUID, RosterHousehold],
) -> dict[UUID, UUID]:
    """As a roster's households are entered, and what only a visit sees: the household's id by case."""
    for year in sorted({c.income_year for c in cases}):
        of_year = [homes[c.id] for c in cases if c.income_year == year]
        await enter_households(connection, act, year, clerk, of_year)
    numbered = await list_numbered(connection, [homes[c.id].household_no for c in cases])
    ids = {c.id: numbered[homes[c.id].household_no] for c in cases}
    reports = [
        {"household_id": ids[c.id], "since": act.business_date, "stated_by": c.visited_by, "weight": "visit"}
        | {name: (c.seen or {}).get(name) for name in ("food_secure", "clothing_secure")}
        for c in cases
    ]
    await revise_facts(connection, act, reports)
    return ids
