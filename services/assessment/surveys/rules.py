"""Who is asked: a draw of each unit's households by strata, that anybody can repeat with the seed."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from shared.values.money import half_up
from shared.values.verdicts import Reason, Rule, Verdict

State = Literal["open", "closed"]
Stratum = Literal["poor_with_labour", "poor_without_labour", "exited"]
STRATA: tuple[Stratum, ...] = ("poor_with_labour", "poor_without_labour", "exited")


@dataclass(frozen=True, slots=True)
class DrawFacts:
    """One unit's frozen population: (household's number, stratum) each."""

    seed: str
    per_unit: int
    households: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class DrawPolicy:
    """How the strata weigh, in the order of STRATA."""

    parts: Annotated[tuple[int, ...], "survey_strata_parts"]


# Poor with labour, without labour, and the exited in the place of the scheme's third group (S63; 5 : 2 : 3).
def stratum_of(status: str, *, has_labour: bool) -> Stratum:
    if status == "exited":
        return "exited"
    return "poor_with_labour" if has_labour else "poor_without_labour"


def quotas(per_unit: int, parts: Sequence[int], sizes: Sequence[int]) -> list[int]:
    """How many of each stratum: by weight, the largest remainder first; what a small one lacks, the others give."""
    taken = [0] * len(sizes)
    while left := min(per_unit, sum(sizes)) - sum(taken):
        room = [size - t for size, t in zip(sizes, taken, strict=True)]
        weights = [part if r else 0 for part, r in zip(parts, room, strict=True)]
        if not sum(weights):  # strata of no weight are asked only where the others are used up
            weights = [1 if r else 0 for r in room]
        whole = [left * w // sum(weights) for w in weights]
        remainders = sorted(range(len(sizes)), key=lambda i: (-(left * weights[i] % sum(weights)), i))
        for i in remainders[: left - sum(whole)]:
            whole[i] += 1
        taken = [t + min(w, r) for t, w, r in zip(taken, whole, room, strict=True)]
    return taken


def place_in_draw(seed: str, stratum: str, household: str) -> str:
    """The lower, the sooner drawn; nobody can choose it, everybody can compute it [choice]."""
    return hashlib.sha256(f"{seed}|{stratum}|{household}".encode()).hexdigest()


def drawn(facts: DrawFacts, policy: DrawPolicy) -> list[str]:
    """The households to be asked, by stratum and draw; the order in which they are given changes nothing."""
    of = {s: [h for h, stratum in facts.households if stratum == s] for s in STRATA}
    wanted = quotas(facts.per_unit, policy.parts, [len(of[s]) for s in STRATA])
    ranked = {s: sorted((place_in_draw(facts.seed, s, h), h) for h in of[s]) for s in STRATA}
    return [household for s, quota in zip(STRATA, wanted, strict=True) for _, household in ranked[s][:quota]]


def draw_decision(facts: DrawFacts, policy: DrawPolicy) -> Verdict:
    """`drawn`, with a reason for each stratum: of how many how many, and a digest of whom."""
    chosen = set(drawn(facts, policy))
    reasons = []
    for stratum in STRATA:
        of = [h for h, s in facts.households if s == stratum]
        ours = sorted(h for h in of if h in chosen)
        digest = hashlib.sha256("|".join(ours).encode()).hexdigest()
        reasons.append(Reason(stratum, passed=True, figures={"of": len(of), "drawn": len(ours), "digest": digest}))
    return Verdict("drawn", tuple(reasons))


SURVEY_DRAW = Rule("assessment.survey_draw", DrawFacts, DrawPolicy, draw_decision, "docs/sources.md#s63")


def share_ppm(part: int, whole: int) -> int | None:
    """Parts per million, half up; None of nothing."""
    return half_up(part * 1_000_000, whole) if whole else None
