"""Whether a household can have split: pure rules.

Domain notes 2.1 "Natural change": the new household gets a new number, both inherit the status, and their income is
stated anew; 9.9: a household is who lives and spends together. That one was split to qualify (EX7) is a suspicion of
others: who said it and who confirmed it stays on record.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

from services.registry.households.rules import is_of_age
from services.registry.regroupings.rules import Belonging, Home, first, going_refusal, home_refusal

State = Literal["reported", "confirmed", "rejected"]
HEAD = "head"


@dataclass(frozen=True, slots=True)
class Said:
    """Who is said to have split off: by reference, what he is to the head; of the head it is not said (None)."""

    head: str
    people: tuple[tuple[str, str | None], ...]
    split_on: date
    on: date


class Parted(NamedTuple):
    """The members of a household by what becomes of them."""

    go: dict[str, Belonging]
    stay: dict[str, Belonging]


def parted(members: Mapping[str, Belonging], said: Said) -> Parted:
    """Who goes and who stays; nobody does both, and nobody neither."""
    named = {reference for reference, _ in said.people}
    go = {reference: one for reference, one in members.items() if reference in named}
    return Parted(go, {reference: one for reference, one in members.items() if reference not in named})


def split_refusal(home: Home | None, members: Mapping[str, Belonging], said: Said) -> str | None:
    """Why the household cannot have split so; None where it can. `members`: those of today, by reference."""
    if refusal := home_refusal(home, said.split_on, said.on):
        return refusal
    named = [reference for reference, _ in said.people]
    go, stay = parted(members, said)
    stayed = [one for one in stay.values() if one.since <= said.split_on]
    return first(
        (
            (len(set(named)) < len(named), "named_twice"),
            (said.head not in named, "head_stays"),
            (len(go) < len(named), "not_a_member"),
            (any((relation is None) != (who == said.head) for who, relation in said.people), "relations_missing"),
            (not stayed, "nobody_stays"),
        )
    ) or (
        going_refusal(go.values(), said.split_on)
        or first(
            (
                (not is_of_age(go[said.head].born_on, said.split_on), "head_under_age"),
                (not any(is_of_age(one.born_on, said.split_on) for one in stayed), "nobody_of_age"),
            )
        )
    )
