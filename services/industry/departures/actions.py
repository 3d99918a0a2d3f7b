"""Holding and ending posts where somebody left a household or it was struck, and taking that back."""

from collections.abc import Sequence

from services.industry.posts import queries
from services.industry.posts.actions import POSTS, assigned, end
from services.industry.posts.rules import OVER, Departure, Done, Standing, stops_work, undone
from services.industry.posts.tables import Departed, PostAssignment
from shared.acts.procedures import PASSED, Finding, advance, log_steps
from shared.acts.projection import list_households
from shared.data.sql import Connection
from shared.events.registry import DepartureAmended, HouseholdReinstated, HouseholdRemoved, MemberRemoved
from shared.facts.outbox import emit
from shared.ground.context import Act

REMOVED = "removed"


async def hold_of_departed(connection: Connection, facts: Sequence[tuple[Act, MemberRemoved]]) -> None:
    """Somebody died, or left a household otherwise, who may have been the holder of its post.

    The post stands still from that day until the village has said whether somebody works on; where it was the holder
    and nobody else can work, it ends. A holder who is gone before he was assigned is not.
    """
    gone = {
        f.person: Departed(f.person, f.household_id, f.division, f.removed_on) for _, f in facts if f.person is not None
    }
    await queries.insert_departed(connection, list(gone.values()))
    households = await list_households(connection, {f.household_id for _, f in facts})
    for case in await queries.lock_open_of(connection, sorted({f.household_id for _, f in facts})):
        home = households.get(case.household_id)
        able = home is None or home.has_labour
        concerned = [
            (act, fact)
            for act, fact in facts
            if fact.household_id == case.household_id
            and stops_work(case.person, Departure(fact.reason, fact.person, able))
        ]
        if concerned:
            act, fact = min(concerned, key=lambda told: told[1].removed_on)
            await _stop(connection, act, case, fact, able=able)


async def _stop(connection: Connection, act: Act, case: PostAssignment, fact: MemberRemoved, *, able: bool) -> None:
    on, holder = max(case.starts_on, fact.removed_on), case.person is not None and case.person == fact.person
    if case.state not in ("assigned", "held"):
        if holder:
            refused = Finding(passed=False, sets={"ended_reason": fact.reason})
            await advance(connection, act, POSTS, "ended", [(case, "refused", refused)])
    elif holder and not able:
        await end(connection, act, [(case, on, fact.reason)])
    # A death of before that is heard of later holds from its own day.
    elif case.state == "assigned" or case.held_on is None or on < case.held_on:
        held = Finding(detail={"reason": fact.reason}, sets={"held_on": on})
        await advance(connection, act, POSTS, "held", [(case, "held", held)])


async def end_of_removed(connection: Connection, facts: Sequence[tuple[Act, HouseholdRemoved]]) -> None:
    """The households left the register: they hold no post any more, and are proposed for none."""
    removed = {fact.household_id: (act, fact.removed_on) for act, fact in facts}
    for case in await queries.lock_open_of(connection, sorted(removed)):
        act, on = removed[case.household_id]
        if case.state in ("assigned", "held"):
            await end(connection, act, [(case, max(case.starts_on, on), REMOVED)])
        else:
            refused = Finding(passed=False, sets={"ended_reason": REMOVED})
            await advance(connection, act, POSTS, "ended", [(case, "refused", refused)])


async def amend_departures(connection: Connection, facts: Sequence[tuple[Act, DepartureAmended]]) -> None:
    """Nobody left, or on another day: posts are as if it had not been told, and stand still from the right day."""
    for act, fact in facts:
        if fact.person is not None:
            await queries.drop_departed(connection, fact.person)
        for case in await queries.lock_of_household(connection, fact.household_id):
            done = Done(fact.reason, max(case.starts_on, fact.removed_on), fact.person)
            await _undo(connection, act, case, done)
        if fact.right_on is not None:
            told = {n: getattr(fact, n) for n in ("household_id", "division", "reason", "members", "person")}
            left = MemberRemoved(**told, head=False, removed_on=fact.right_on)
            await hold_of_departed(connection, [(act, left)])


async def resume_of_reinstated(connection: Connection, facts: Sequence[tuple[Act, HouseholdReinstated]]) -> None:
    """The households were struck by mistake: their posts go on, where nobody else has them now."""
    for act, fact in facts:
        for case in await queries.lock_of_household(connection, fact.household_id):
            await _undo(connection, act, case, Done(REMOVED))


async def _undo(connection: Connection, act: Act, case: PostAssignment, done: Done) -> None:
    """Put a case back to where it stood; one that is over stays so where its household or its post has another."""
    was = Standing(case.state, case.checked_by is not None, case.held_on, case.resumed_on, case.ended_on)
    now = undone(was, case.ended_reason, case.person, done)
    if now is None:
        return
    goes_on = case.state in OVER and now.state not in OVER
    if goes_on and (
        await queries.list_employed(connection, [case.household_id])
        or await queries.list_held(connection, [case.post_id])
    ):
        return
    await queries.restore(connection, act.business_date, case, now, POSTS.due_on(now.state, act.business_date))
    await log_steps(connection, act, POSTS, "reinstated", [(case, PASSED)])
    if goes_on and case.state == "ended":
        posts = await queries.list_posts_by_id(connection, [case.post_id])
        await emit(connection, act, "industry", [assigned(case, posts[case.post_id])])
