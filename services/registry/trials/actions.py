"""Trying a policy on the county: the rule is asked twice about every household, and nothing is kept."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from services.registry.exits.queries import load_facts
from services.registry.exits.rules import EXIT_RULE, ExitPolicy, exit_decision
from services.registry.households.tables import Household
from services.registry.trials import queries
from services.registry.trials.rules import Turn, turn_of, turned_by
from services.registry.trials.schemas import Figure
from shared.acts.policy_changes import get_change
from shared.data.sql import Connection
from shared.ground.context import Act
from shared.ground.policy import AmendmentError, Policy, Said
from shared.ground.problems import Problem
from shared.values.verdicts import Missing

PORTION = 1000
TOWNSHIP = 9  # figures of its code


class Turned(NamedTuple):
    home: Household
    turn: Turn
    members: int
    why: list[Missing]


async def try_policy(
    connection: Connection, act: Act, policy: Policy, figures: Mapping[str, Any], division: str, on: date
) -> tuple[int, list[Turned]]:
    """How many households were asked about, and for whom something turns, by id.

    Raises:
        Problem: the division lies outside the caller's area, the day is yet to come, the policy has no such figures, or
            says nothing about the day.
    """
    if not act.caller.within(division):
        raise Problem("shared.outside_area")
    if on > act.business_date:
        raise Problem("shared.future_date")
    either = [each.on(on, ExitPolicy) for each in (policy, _other_policy(policy, on, figures))]
    homes, turned = await queries.list_within(connection, division), list[Turned]()
    for start in range(0, len(homes), PORTION):
        portion = homes[start : start + PORTION]
        facts = await load_facts(connection, portion, on)
        for home in portion:
            before, after = (exit_decision(facts[home.id], each) for each in either)
            if turn := turn_of(before, after):
                why = [Missing(EXIT_RULE.name, reason) for reason in turned_by(before, after)]
                turned.append(Turned(home, turn, facts[home.id].members, why))
    return len(homes), turned


async def figures_of(
    connection: Connection, figures: Sequence[Figure] | None, change_id: UUID | None, on: date
) -> dict[str, Any]:
    """By code the values to try: those that were sent, or what a change says of that day, or first says behind it.

    Raises:
        Problem: there is no such change that the caller may see.
    """
    if change_id is None:
        return {figure.code: figure.value for figure in figures or ()}
    _, entries = await get_change(connection, change_id)
    of_day = [e for e in entries if e.effective_to is None or on < e.effective_to]
    # By day: the first of a code is the one meant.
    return {e.code: e.value for e in reversed(of_day)}


def _other_policy(policy: Policy, on: date, figures: Mapping[str, Any]) -> Policy:
    """The policy in force with other figures from a day on.

    Raises:
        Problem: the policy has no such figure, or one of another kind.
    """
    try:
        return policy.amended([Said(code, value, on) for code, value in figures.items()])
    except AmendmentError as error:
        raise Problem(f"registry.trials.{error.reason}", figure=error.code) from error


def by_township(turned: Sequence[Turned]) -> Iterator[tuple[str, Turn, int, int]]:
    """Township, turn, households and people, in order."""
    households, people = Counter[tuple[str, Turn]](), Counter[tuple[str, Turn]]()
    for one in turned:
        place = one.home.division[:TOWNSHIP], one.turn
        households[place] += 1
        people[place] += one.members
    for place in sorted(households):
        yield *place, households[place], people[place]
