"""How much the words weigh that a fact rests on: pure rules.

What an exit rests on is said by at least two people who know it independently, or attested by the department whose
trade it is (domain notes 4 and 9.10): nobody exits on one cadre's word.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from services.registry.households.rules import Weight

Value = TypeVar("Value", int, str)


@dataclass(frozen=True, slots=True)
class Word(Generic[Value]):
    """What one person said last, and how he knows it."""

    weight: Weight
    value: Value
    said_on: date


def weight_of(
    words: Iterable[Word[Value]],
    agrees: Callable[[Value], bool],
    weights: Mapping[str, int],
    parts: Collection[str] = (),
) -> int:
    """What the words that agree weigh together; each is another person's. What was said until the day on which somebody
    saw it otherwise counts no more. Words of a weight in `parts` tell of a part: that it does not suffice alone is
    nobody's word against it.
    """
    spoken, against = list(words), date.min
    for word in spoken:
        if word.weight not in parts and not agrees(word.value):
            against = max(against, word.said_on)
    return sum(weights[word.weight] for word in spoken if agrees(word.value) and word.said_on > against)
