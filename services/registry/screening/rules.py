"""What of a village's or a person's writing chance would hardly have written: pure rules.

Four tests: incomes just over the line (after McCrary's test of a density, S75), and against the rest of the county
incomes that equal another's to the fen, endings of amounts that somebody prefers (S77), and days on which one person
was with more households than anybody is. Of several tests of one village the family's error is held by Holm's steps
(S76). An alarm is no proof, and nothing follows from it but that somebody looks sooner (`registry.inspections`).
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, lgamma, log, log1p
from operator import add, sub
from typing import Literal, NamedTuple, get_args

from services.registry.households.rules import COSTS, PovertyLine

Test = Literal["crowding", "equal_incomes", "preferred_endings", "bursts"]
Judgement = Literal["alarm", "quiet", "too_few"]
TESTS: tuple[Test, ...] = get_args(Test)
# The last two digits of whole yuan.
ENDINGS = 100
MILLION = 1_000_000
# Beyond this part of what was summed, what is left adds nothing.
NOTHING = 1e-17


class Said(NamedTuple):
    """What a household was stated to earn in a year: fen by category, and for how many people."""

    members: int
    amounts_fen: Mapping[str, int]

    @property
    def net_fen(self) -> int:
        return sum(-fen if category in COSTS else fen for category, fen in self.amounts_fen.items())

    @property
    def vector(self) -> tuple[int, ...]:
        """All amounts, in the order of their categories."""
        return tuple(fen for _, fen in sorted(self.amounts_fen.items()))


@dataclass(frozen=True, slots=True)
class ScreeningPolicy:
    """`screening_band_fen`: how far from the line an income counts as near it, per head. `screening_least`: by test the
    sample below which nothing is judged. `screening_alarm_ppm`: of honest villages, or persons, how many may alarm.
    `screening_day_households`: how many households anybody may be with on a day.
    """

    poverty_line_fen: PovertyLine
    stable_margin_fen: int
    screening_band_fen: int
    screening_least: Mapping[str, int]
    screening_alarm_ppm: int
    screening_day_households: int

    @property
    def line_fen(self) -> int:
        """What an exit asks for, per head."""
        return self.poverty_line_fen + self.stable_margin_fen


@dataclass(frozen=True, slots=True)
class WindowPolicy:
    """How many days back is looked, and which steps of cases are taken by who has looked on the spot himself."""

    screening_window_days: int
    screening_steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """What was counted of somebody's writing. `copies` are households whose income equals that of one before, of so
    many `pairs`; `endings` how many amounts end in 00 to 99 yuan; `days` on which a person was with `seen` households
    together, `busiest` with the most.
    """

    above: int = 0
    below: int = 0
    statements: int = 0
    copies: int = 0
    pairs: int = 0
    endings: tuple[int, ...] = (0,) * ENDINGS
    days: int = 0
    seen: int = 0
    busiest: int = 0


class Found(NamedTuple):
    """What a test found. `expected_x100`: what there would be of `found` by chance, in hundredths; `ending`: of an
    ending which. `p_ppm`: in how many of a million honest cases there is as much or more; it alarms at `threshold_ppm`
    or below. Both are empty where the sample is too small.
    """

    test: Test
    sample: int
    found: int
    judgement: Judgement
    expected_x100: int | None = None
    p_ppm: int | None = None
    threshold_ppm: int | None = None
    ending: int | None = None


def over_line_by(said: Said, policy: ScreeningPolicy) -> int | None:
    """How many fen a household's income lies over the line for its people, below it less than nothing; None where it
    lies outside the band.
    """
    over, band = said.net_fen - policy.line_fen * said.members, policy.screening_band_fen * said.members
    return over if said.members > 0 and -band <= over <= band else None


def counted(said: Collection[Said], days: Collection[int], policy: ScreeningPolicy) -> Figures:
    """`days`: with how many households a person was, each day of each person. An income of nothing copies nobody's."""
    near = [over for one in said if (over := over_line_by(one, policy)) is not None]
    vectors = [one.vector for one in said if any(one.vector)]
    amounts = (fen for vector in vectors for fen in vector if fen > 0)
    endings = Counter(fen // 100 % ENDINGS for fen in amounts)
    return Figures(
        above=sum(over > 0 for over in near),
        below=sum(over <= 0 for over in near),
        statements=len(vectors),
        copies=len(vectors) - len(set(vectors)),
        pairs=len(vectors) * (len(vectors) - 1) // 2,
        endings=tuple(endings[n] for n in range(ENDINGS)),
        days=len(days),
        seen=sum(days),
        busiest=max(days, default=0),
    )


def together(parts: Iterable[Figures]) -> Figures:
    """Of several; copies and pairs are those within each."""
    whole = Figures()
    for part in parts:
        whole = _each(whole, part, add, max(whole.busiest, part.busiest))
    return whole


def without(whole: Figures, part: Figures) -> Figures:
    """The rest, but for the busiest day, which stays the whole's."""
    return _each(whole, part, sub, whole.busiest)


def _each(one: Figures, other: Figures, how: Callable[[int, int], int], busiest: int) -> Figures:
    return Figures(
        how(one.above, other.above),
        how(one.below, other.below),
        how(one.statements, other.statements),
        how(one.copies, other.copies),
        how(one.pairs, other.pairs),
        tuple(map(how, one.endings, other.endings)),
        how(one.days, other.days),
        how(one.seen, other.seen),
        busiest,
    )


def screened(own: Figures, others: Figures, policy: ScreeningPolicy) -> tuple[Found, ...]:
    """All tests of a village or a person, in the order of TESTS; `others` is the rest of the county."""
    tests = (_crowding(own), _equal_incomes(own, others), _endings(own, others), _bursts(own, others, policy))
    return _by_holm([_enough(found, policy) for found in tests], policy)


def alarmed(found: Iterable[Found]) -> bool:
    return any(one.judgement == "alarm" for one in found)


def copied_among(said: Iterable[Said]) -> set[tuple[int, ...]]:
    """The incomes that stand there more than once."""
    return {vector for vector, times in Counter(one.vector for one in said).items() if times > 1 and any(vector)}


def tells(
    said: Said | None,
    found: Iterable[Found],
    copied: Collection[tuple[int, ...]],
    policy: ScreeningPolicy,
    *,
    in_burst: bool,
) -> bool:
    """Whether a household is one of those by which its village alarms. `copied`: incomes that stand there more than
    once; `in_burst`: somebody was with it on a day on which he was with more than anybody may.
    """
    alarms = {one.test: one for one in found if one.judgement == "alarm"}
    if "bursts" in alarms and in_burst:
        return True
    if said is None:
        return False
    if "crowding" in alarms and (over_line_by(said, policy) or 0) > 0:
        return True
    if "equal_incomes" in alarms and said.vector in copied:
        return True
    amounts = [fen for fen in said.vector if fen > 0]
    ending = alarms["preferred_endings"].ending if "preferred_endings" in alarms else None
    return 2 * sum(fen // 100 % ENDINGS == ending for fen in amounts) > len(amounts)


class _Tail(NamedTuple):
    """A test before it is judged: `p` as it is, of one."""

    test: Test
    sample: int
    found: int
    expected: float
    p: float
    ending: int | None = None


def _crowding(own: Figures) -> _Tail:
    """Of those near the line half lie above it where nobody pushes: a density that somebody has not pushed runs through
    the line smoothly. The rest of the county is no measure here, as those who push are part of it.
    """
    near = own.above + own.below
    return _Tail("crowding", near, own.above, near / 2, binomial_tail(own.above, near, 0.5))


def _equal_incomes(own: Figures, others: Figures) -> _Tail:
    """As many pairs as there are, so many chances; where the rest has no copy, it is reckoned to have one."""
    expected = own.pairs * max(others.copies, 1) / max(others.pairs, 1)
    return _Tail("equal_incomes", own.statements, own.copies, expected, poisson_tail(own.copies, expected))


def _endings(own: Figures, others: Figures) -> _Tail:
    """The ending that stands out most against the rest; each of the hundred had its chance."""
    sample, rest = sum(own.endings), sum(others.endings) + ENDINGS
    shares = [(n + 1) / rest for n in others.endings]
    least, ending = min((binomial_tail(n, sample, shares[i]), i) for i, n in enumerate(own.endings))
    found = own.endings[ending]
    return _Tail("preferred_endings", sample, found, sample * shares[ending], min(1.0, least * ENDINGS), ending)


def _bursts(own: Figures, others: Figures, policy: ScreeningPolicy) -> _Tail:
    """The busiest day, against what the rest does on one, or anybody may; each day had its chance."""
    usual = max(float(policy.screening_day_households), others.seen / others.days if others.days else 0.0)
    p = min(1.0, own.days * poisson_tail(own.busiest, usual))
    return _Tail("bursts", own.seen, own.busiest, usual, p)


def _enough(tail: _Tail, policy: ScreeningPolicy) -> _Tail | Found:
    if tail.sample >= policy.screening_least[tail.test]:
        return tail
    return Found(tail.test, tail.sample, tail.found, "too_few")


def _by_holm(tests: Sequence[_Tail | Found], policy: ScreeningPolicy) -> tuple[Found, ...]:
    """The least p is held against the whole error divided by all, the next by one less, until one does not reach it."""
    made = sorted((t for t in tests if isinstance(t, _Tail)), key=lambda t: t.p)
    judged, goes_on = {t.test: t for t in tests if isinstance(t, Found)}, True
    for place, tail in enumerate(made):
        threshold_ppm = policy.screening_alarm_ppm // (len(made) - place)
        goes_on = goes_on and tail.p * MILLION <= threshold_ppm
        judged[tail.test] = Found(
            tail.test,
            tail.sample,
            tail.found,
            "alarm" if goes_on else "quiet",
            round(tail.expected * 100),
            round(tail.p * MILLION),
            threshold_ppm,
            tail.ending,
        )
    return tuple(judged[test] for test in TESTS)


def binomial_tail(least: int, trials: int, share: float) -> float:
    """How probable it is that of so many trials at least `least` succeed, each with probability `share`."""
    if least <= 0:
        return 1.0
    if least > trials or share <= 0:
        return 0.0
    if share >= 1:
        return 1.0
    odds = share / (1 - share)

    def at(n: int) -> float:
        choices = lgamma(trials + 1) - lgamma(n + 1) - lgamma(trials - n + 1)
        return exp(choices + n * log(share) + (trials - n) * log1p(-share))

    # From the end that is asked for away from the middle, where each term is smaller than the one before.
    if least > trials * share:
        return _summed(at(least), ((trials - n) / (n + 1) * odds for n in range(least, trials)))
    return 1 - _summed(at(least - 1), (n / (trials - n + 1) / odds for n in range(least - 1, 0, -1)))


def poisson_tail(least: int, mean: float) -> float:
    """How probable at least `least` are where `mean` is to be expected."""
    if least <= 0:
        return 1.0
    if mean <= 0:
        return 0.0

    def at(n: int) -> float:
        return exp(n * log(mean) - mean - lgamma(n + 1))

    if least > mean:
        return _summed(at(least), (mean / (n + 1) for n in range(least, least + 10_000)))
    return 1 - _summed(at(least - 1), (n / mean for n in range(least - 1, 0, -1)))


def _summed(first: float, ratios: Iterable[float]) -> float:
    """A sum of which each term is that before it times the next ratio."""
    term = total = first
    for ratio in ratios:
        term *= ratio
        total += term
        if term < total * NOTHING:
            break
    return min(total, 1.0)
