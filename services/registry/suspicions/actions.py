"""Raising suspicions, looking into them on the spot, and settling what follows."""

from collections.abc import Collection, Sequence
from functools import partial
from uuid import UUID

from services.registry.grievances.queries import list_living
from services.registry.households import queries as households
from services.registry.households.tables import Household
from services.registry.suspicions import queries
from services.registry.suspicions.rules import (
    SUSPICION_RULE,
    HoldPolicy,
    Source,
    SuspicionFacts,
    SuspicionPolicy,
    effect_of,
    hold_over_before,
    look_refusal,
    suspicion_verdict,
)
from services.registry.suspicions.schemas import Look, NewSuspicion
from services.registry.suspicions.tables import Suspicion, suspicion
from shared.acts.bodies import Confirmation, Result
from shared.acts.bonds import list_helping
from shared.acts.decisions import record_decisions
from shared.acts.openings import open_cases
from shared.acts.procedures import (
    PASSED,
    Finding,
    Procedure,
    Step,
    advance,
    confirmed_or_open,
    lock_cases,
    log_steps,
    take_step,
)
from shared.acts.tasks import OwnTask
from shared.data.sql import Connection
from shared.events.envelope import Payload
from shared.events.registry import SuspicionLapsed, SuspicionRaised, SuspicionResolved
from shared.facts.outbox import emit
from shared.ground.context import Act
from shared.ground.policy import Policy
from shared.values.verdicts import Decided

ROOM = "registry.suspicions"
ENDED = "shared.household_removed"
OTHERS = "c.about IS DISTINCT FROM :subject"
# What was upheld waits for the county where the household was not struck after all.
REJECTED = """EXISTS (SELECT FROM removal r WHERE r.household_id = c.household_id
    AND r.state IN ('rejected', 'taken_back') AND r.decided_on >= c.settled_on)"""
# Nobody looks into what he raised, nor into what concerns himself; who looked does not settle it. What was upheld and
# is not acted upon, a third person takes back. A freeze holds up what a household receives, not the looking.
SUSPICION = Procedure(ROOM, suspicion, ((
    # name, after, who may; who must not, what it signs
    Step("looked_into", "open", ("village", "team", "township"), ("raised_by",), "looked", days=15,
         sets=("so", "since", "circumstance", "proof"), asked_where=OTHERS,
         zh="入户核查疑点", en="Look into a suspicion on the spot"),
    Step("upheld", "looked_into", ("township", "county"), ("raised_by", "looked_by"), "settled",
         sets=("effect", "decision_id"), asked_where=OTHERS,
         zh="审定疑点核查结果", en="Settle what was found of a suspicion"),
    Step("dismissed", "upheld", ("county",), ("raised_by", "looked_by", "settled_by"), "dismissed",
         days=90, asked_where=REJECTED,
         zh="撤销已认定的疑点", en="Take back a suspicion that was upheld"),
),), freezes=False)  # fmt: skip
OVERDUE = OwnTask(
    procedure=ROOM,
    step="overdue",
    roles=("county",),
    columns=("c.id", "c.division", "c.household_id", "c.since_on", "c.due_on"),
    source=f"FROM suspicion c WHERE (c.state = 'open' AND c.lapsed_on IS NOT NULL) AND {OTHERS}",
    zh="督促逾期未核查的疑点",
    en="Urge a look into a suspicion that nobody looked into in time",
)
CONTENT = ("household_id", "code", "person", "about", "evidence")


def _acting(effect: str, role: tuple[str, ...], there: str, zh: str, en: str) -> OwnTask:
    """What a person has to do about a household of which a suspicion was upheld, until it is done or under way."""
    return OwnTask(
        procedure=ROOM,
        step=effect,
        roles=role,
        columns=("c.id", "c.division", "c.household_id", "c.settled_on", "c.settled_on + 15"),
        source=f"FROM suspicion c WHERE c.state = 'upheld' AND c.effect = '{effect}' AND NOT EXISTS ({there})",
        zh=zh,
        en=en,
    )


TO_ACT_UPON = (
    _acting(
        "removal",
        ("village", "team"),
        "SELECT FROM removal r WHERE r.household_id = c.household_id AND r.state IN ('proposed', 'confirmed')",
        "提请注销不符合条件的户",
        "Propose to strike a household that does not belong in the register",
    ),
    _acting(
        "departure",
        ("village", "helper"),
        "SELECT FROM departure d JOIN member m ON m.id = d.member_id WHERE d.household_id = c.household_id"
        " AND m.reference = c.person AND d.state IN ('reported', 'confirmed')",
        "上报不应计入的成员",
        "Report somebody who is no longer of the household",
    ),
)


async def raise_suspicions(connection: Connection, act: Act, items: Sequence[NewSuspicion]) -> list[Result]:
    """By a person of the county: nothing follows from it before others have looked, but that nothing new is given."""
    return await suspect(connection, act, items, "person")


async def suspect(
    connection: Connection,
    act: Act,
    items: Sequence[NewSuspicion],
    source: Source,
    source_id: UUID | None = None,
) -> list[Result]:
    """Open a case for each; the same that is open of a household is asked about once."""
    homes = await households.lock_households(connection, [i.household_id for i in items])
    known = await queries.list_by_id(connection, [i.id for i in items])
    waiting = await queries.list_waiting(connection, list(homes))
    people = await list_living(connection, [i.household_id for i in items if i.person])

    def judge(item: NewSuspicion) -> str | Suspicion:
        home = homes.get(item.household_id)
        if home is None:
            return "not_found"
        if home.status == "removed":
            return "household_removed"
        if item.person is not None and (item.person, home.id) not in people:
            return "not_in_household"
        if (key := (home.id, item.code, item.person)) in waiting:
            return "already_raised"
        waiting.add(key)
        return SUSPICION.opened(
            act,
            "open",
            **item.model_dump(),
            division=home.division,
            source=source,
            source_id=source_id,
            raised_on=act.business_date,
            raised_by=act.subject,
        )

    save = partial(queries.insert_suspicions, connection)
    results = await open_cases(connection, act, SUSPICION, "raised", items, known, CONTENT, judge, save)
    fresh = {i.id: i for i, r in zip(items, results, strict=True) if r.status == "accepted" and i.id not in known}
    await emit(
        connection,
        act,
        "registry",
        [
            SuspicionRaised(
                suspicion_id=one,
                household_id=item.household_id,
                division=homes[item.household_id].division,
                raised_on=act.business_date,
            )
            for one, item in fresh.items()
        ],
    )
    return results


async def look(connection: Connection, act: Act, items: Sequence[Look]) -> list[Result]:
    """Somebody went there and says what he saw; who helps the household does not, nor whom it concerns."""
    cases = await _lock(connection, [i.id for i in items])
    helped = await _helped(connection, act, cases.values())

    def find(case: Suspicion, item: Look) -> Finding:
        if barred := _barred(case, act, helped):
            return Finding(refusal=barred)
        refusal = look_refusal(case.raised_on, item.since, act.business_date, so=item.so)
        sets = {"so": item.so, "since": item.since, "circumstance": item.circumstance, "proof": item.evidence}
        return Finding(refusal=refusal, detail={"so": item.so, "evidence": item.evidence}, sets=sets)

    return await take_step(connection, act, SUSPICION, "looked_into", items, find, rows=cases)


async def settle(connection: Connection, act: Act, policy: Policy, items: Sequence[Confirmation]) -> list[Result]:
    """Another person settles it by the rule, on what was seen; or sends it back, and it is looked into again."""
    cases = await _lock(connection, [i.id for i in items])
    helped = await _helped(connection, act, cases.values())
    homes = await households.lock_households(connection, [c.household_id for c in cases.values()])
    figures = policy.on(act.business_date, SuspicionPolicy)
    decided = {one: _decided(c, homes[c.household_id], figures) for one, c in cases.items() if c.state == "looked_into"}

    def find(case: Suspicion, item: Confirmation) -> Finding:
        if barred := _barred(case, act, helped):
            return Finding(refusal=barred)
        if not item.confirmed:
            return confirmed_or_open(case, item)
        one = decided[case.id]
        outcome = one.verdict.outcome
        effect = effect_of(case.code, outcome, figures)
        sets = {"effect": effect, "decision_id": one.id}
        return Finding(outcome == "upheld", {"decision_id": str(one.id), "effect": effect}, ends=outcome, sets=sets)

    results = await take_step(connection, act, SUSPICION, "upheld", items, find, rows=cases)
    done = {r.id for r in results if r.status == "accepted" and r.state != "open"}
    settled = [case for one, case in cases.items() if one in done]
    outcomes = {case.id: decided[case.id].verdict.outcome for case in settled}
    await record_decisions(connection, act, policy.version, [decided[case.id] for case in settled])
    await emit(
        connection,
        act,
        "registry",
        [_resolved(act, c, outcomes[c.id], effect_of(c.code, outcomes[c.id], figures)) for c in settled],
    )
    return results


async def dismiss(connection: Connection, act: Act, items: Sequence[Confirmation]) -> list[Result]:
    """What was upheld is taken back by a third person: the household stays in the register, and is held up no more."""
    cases = await _lock(connection, [i.id for i in items])
    helped = await _helped(connection, act, cases.values())

    def find(case: Suspicion, item: Confirmation) -> Finding:
        if barred := _barred(case, act, helped):
            return Finding(refusal=barred)
        return Finding() if item.confirmed else Finding(refusal="nothing_said")

    def facts(case: Suspicion, _found: Finding) -> Payload:
        return _resolved(act, case, "dismissed", "none")

    return await take_step(connection, act, SUSPICION, "dismissed", items, find, rows=cases, facts=facts)


async def end_holds(connection: Connection, act: Act, policy: Policy, most: int) -> int:
    """Nobody looked in time: the household is held up no longer, and what is suspected of it waits on, overdue. Upheld
    later, it holds again. How many there were.
    """
    before = hold_over_before(act.business_date, policy.on(act.business_date, HoldPolicy))
    cases = await queries.lock_unlooked(connection, before, most)
    if not cases:
        return 0
    await queries.lapse(connection, [case.id for case in cases], act.business_date)
    await log_steps(connection, act, SUSPICION, "lapsed", [(case, PASSED) for case in cases])
    facts = [
        SuspicionLapsed(
            suspicion_id=case.id,
            household_id=case.household_id,
            division=case.division,
            lapsed_on=act.business_date,
        )
        for case in cases
    ]
    await emit(connection, act, "registry", facts)
    return len(cases)


async def end_suspicions(connection: Connection, act: Act, household_ids: Sequence[UUID]) -> list[Payload]:
    """The households were struck from the register: what is suspected of them is asked no more. The facts to emit: who
    is taken back into the register is not held up by it.
    """
    ended = Finding(passed=False, reason=ENDED)
    cases = await queries.lock_open(connection, household_ids)
    await advance(connection, act, SUSPICION, "ended", [(case, "ended", ended) for case in cases])
    return [_resolved(act, case, "ended", "none") for case in cases]


async def _lock(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Suspicion]:
    """A household before its suspicions, as who strikes it."""
    known = await queries.list_by_id(connection, ids)
    await households.lock_households(connection, sorted({c.household_id for c in known.values()}))
    return await lock_cases(connection, SUSPICION, ids)


async def _helped(connection: Connection, act: Act, cases: Collection[Suspicion]) -> set[UUID]:
    """The households that the caller helps, in whatever office he acts."""
    ids = sorted({case.household_id for case in cases})
    helping = await list_helping(connection, [(one, act.subject, act.business_date) for one in ids])
    return {one for one, _, _ in helping}


def _barred(case: Suspicion, act: Act, helped: set[UUID]) -> str | None:
    """Why this caller has no word in a case, whatever his office."""
    if case.about == act.subject:
        return "shared.same_person"
    return "helped_by_you" if case.household_id in helped else None


def _decided(case: Suspicion, home: Household, figures: SuspicionPolicy) -> Decided:
    assert case.so is not None
    facts = SuspicionFacts(case.code, case.so, case.since, home.registered_on, home.relocated, case.circumstance)
    return Decided(SUSPICION_RULE, str(home.id), home.division, facts, figures, suspicion_verdict(facts, figures))


def _resolved(act: Act, case: Suspicion, outcome: str, effect: str) -> SuspicionResolved:
    """Who is to be struck is given nothing new until that is done."""
    return SuspicionResolved(
        suspicion_id=case.id,
        household_id=case.household_id,
        division=case.division,
        upheld=outcome == "upheld",
        holds=effect == "removal",
        resolved_on=act.business_date,
    )
