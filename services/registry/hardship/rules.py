"""Is this household in deep poverty? Pure rules.

The seed names the deeply impoverished and the most difficult households (rows 15 and 43); that the sick, the disabled
and those who cannot work are most of them was said on 23 June 2017 [known]. No list of criteria for households was
found: which count, and how many must be met, is policy data [choice]. What is not known is not met.
"""

from dataclasses import dataclass

from services.registry.households.rules import POOR, PovertyLine
from shared.values.verdicts import Reason, Rule, Verdict

MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class DepthFacts:
    """A household as it stands, with its people counted: `able` may work, `ill` have a major illness or a disability.
    The income is that of the last year that has closed, in fen; None is not known.
    """

    status: str
    members: int
    able: int
    ill: int
    house_grade: str | None
    income_year: int
    net_income_fen: int | None


@dataclass(frozen=True, slots=True)
class DepthPolicy:
    """The criteria that count, how many of them must be met, and up to which part of the line an income is so low."""

    poverty_line_fen: PovertyLine
    unsafe_house_grades: tuple[str, ...]
    deep_poverty_criteria: tuple[str, ...]
    deep_poverty_least: int
    deep_poverty_income_ppm: int


def depth_decision(facts: DepthFacts, policy: DepthPolicy) -> Verdict:
    """`approved` where a household that counts as poor meets as many of the criteria as it takes, else `refused`."""
    most_fen = policy.poverty_line_fen * facts.members * policy.deep_poverty_income_ppm // MILLION
    income = facts.net_income_fen
    criteria = {
        "no_labour": Reason("no_labour", facts.members > 0 and facts.able == 0, {"able": facts.able}),
        "ill_or_disabled": Reason("ill_or_disabled", facts.ill > 0, {"ill": facts.ill}),
        "far_below_line": Reason(
            "far_below_line",
            income is not None and facts.members > 0 and income <= most_fen,
            {
                "income_year": facts.income_year,
                "net_income_fen": income,
                "at_most_fen": most_fen,
                "members": facts.members,
            },
        ),
        "unsafe_house": Reason(
            "unsafe_house", facts.house_grade in policy.unsafe_house_grades, {"house_grade": facts.house_grade}
        ),
    }
    counted = tuple(criteria[code] for code in policy.deep_poverty_criteria)
    met = sum(reason.passed for reason in counted)
    poor = Reason("poor", facts.status in POOR, {"status": facts.status})
    enough = Reason("enough", met >= policy.deep_poverty_least, {"count": met, "needed": policy.deep_poverty_least})
    return Verdict("approved" if poor.passed and enough.passed else "refused", (poor, *counted, enough))


DEPTH_RULE = Rule(
    "registry.deep_poverty", DepthFacts, DepthPolicy, depth_decision, "docs/domain.md#1-what-the-seed-names"
)
