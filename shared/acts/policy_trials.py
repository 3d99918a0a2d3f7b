"""What a change of policy would have turned: stored decisions taken again on their facts under the amended figures."""

import asyncio
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Text

from shared.data.sql import Connection, fetch, sql
from shared.ground.policy import Policy, Said, codes_of
from shared.ground.problems import Problem
from shared.values.verdicts import Rule, Verdict

# Of each rule the latest so many are tried: with them a decision to read and take again costs 0.1 ms, and whoever
# proposes waits a second for a dozen rules. A batch of changes shares them.
MOST_TRIED = 500
PORTION = 50


class Taken(NamedTuple):
    """A stored decision, as far as it is taken again."""

    business_date: date
    inputs: dict[str, Any]


_LATEST = sql(
    """
    SELECT business_date, inputs FROM decision WHERE rule = :rule AND business_date >= :since
    ORDER BY id DESC LIMIT :limit
    """,
    Taken,
    rule=Text,
)


async def try_change(
    connection: Connection, rules: Sequence[Rule], policy: Policy, other: Policy, said: Sequence[Said], most: int
) -> dict[str, Any]:
    """By rule that is given one of the figures `said`: how many decisions of their first day or later were taken again,
    `most` of each, and how many of them would come out otherwise, or by other conditions.

    A rule is tried by the figures of the business date, also where it asks for those of another day.
    """
    changed, since = {one.code for one in said}, min(one.effective_from for one in said)
    counted = dict[str, Any]()
    for rule in rules:
        if not codes_of(rule.policy) & changed:
            continue
        decided = different = 0
        for taken in await fetch(connection, _LATEST, rule=rule.name, since=since, limit=most):
            turned = _turned(rule, taken, policy, other)
            decided, different = decided + 1, different + turned
            if decided % PORTION == 0:
                await asyncio.sleep(0)
        counted[rule.name] = {"decided": decided, "different": different}
    return counted


def _turned(rule: Rule, taken: Taken, policy: Policy, other: Policy) -> bool:
    facts, figures = rule.read(taken.inputs)
    try:
        before, after = (each.on(taken.business_date, rule.policy) for each in (policy, other))
    except Problem:
        return False  # nothing was said of that day, and nothing is
    changed = {
        f.name: getattr(after, f.name) for f in fields(before) if getattr(after, f.name) != getattr(before, f.name)
    }
    if not changed:
        return False
    # What else it was decided by stays as it was stored.
    return _told(rule.decide(facts, figures)) != _told(rule.decide(facts, replace(figures, **changed)))


def _told(verdict: Verdict) -> tuple[str, tuple[str, ...]]:
    return verdict.outcome, tuple(verdict.missing)
