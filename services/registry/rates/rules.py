"""The official error rates from drawn samples: pure rules.

Domain notes 2.1 "Official error rates": wrong exits of the exited, missed of those outside the register, and the
composite incidence, (poor + missed + wrongly exited) / rural people. A sample tells a share with an interval (Wilson
1927, 95 %); what is drawn can be drawn again by anybody who knows the seed.
"""

import hashlib
import math
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Literal, NamedTuple

Kind = Literal["exited", "outside"]
State = Literal["open", "right", "wrong"]
MILLION = 1_000_000
Z = 1.959964  # of a normal distribution, 2.5 % lie above


class Share(NamedTuple):
    """Of `found`, how many are `wrong`; the share and its 95 % interval in parts per million, None of nothing."""

    found: int
    wrong: int
    share_ppm: int | None
    low_ppm: int | None
    high_ppm: int | None


class People(NamedTuple):
    """Of an area on the day of the draw: who counts as poor, who has exited in its year, who is in no register, and who
    lives there.
    """

    poor: int
    exited: int
    outside: int
    rural: int


def share_of(wrong: int, found: int) -> Share:
    """Wilson's interval, which stays within 0 and 1 and is not empty where nothing was found wrong."""
    if not found:
        return Share(0, 0, None, None, None)
    part, squared = wrong / found, Z * Z
    middle = (part + squared / (2 * found)) / (1 + squared / found)
    half = Z * math.sqrt(part * (1 - part) / found + squared / (4 * found * found)) / (1 + squared / found)
    low, high = max(middle - half, 0.0), min(middle + half, 1.0)
    return Share(found, wrong, *(round(value * MILLION) for value in (part, low, high)))


def composite(people: People, exited: Share, outside: Share) -> tuple[int | None, int | None, int | None]:
    """The composite incidence in parts per million, with its bounds: those of both shares together, so that it lies
    between them at least nine times in ten. Households of a sample are taken to be as large as those it stands for.
    """

    def of(wrong: int | None, missed: int | None) -> int | None:
        if wrong is None or missed is None or not people.rural:
            return None
        return round((people.poor * MILLION + people.exited * wrong + people.outside * missed) / people.rural)

    return (
        of(exited.share_ppm, outside.share_ppm),
        of(exited.low_ppm, outside.low_ppm),
        of(exited.high_ppm, outside.high_ppm),
    )


def _place(*said: str) -> int:
    return int(hashlib.sha256("|".join(said).encode()).hexdigest(), 16)


def drawn(seed: str, numbers: Sequence[str], wanted: int) -> list[str]:
    """Household numbers, as many as are wanted: nobody can choose who is drawn, everybody can compute it [choice]."""
    return sorted(numbers, key=lambda number: (_place(seed, "exited", number), number))[:wanted]


def doors_of(seed: str, outside: Mapping[str, int], wanted: int) -> list[str]:
    """The village of each door, one after the other: a village is drawn by how many of its people are in no register.

    Which door of the village it is, whoever stands there counts off; the register has no list of them.
    """
    villages = sorted(code for code, people in outside.items() if people > 0)
    ends = list(accumulate(outside[code] for code in villages))
    if not ends:
        return []
    places = [_place(seed, "outside", str(n)) % ends[-1] for n in range(wanted)]
    return sorted(next(v for v, end in zip(villages, ends, strict=True) if place < end) for place in places)
