"""Does this household exit? The rule of the whole system, in one place.

Standard: "one over, two no worries, three guarantees", and safe drinking water (domain notes 2.1 "Household exit":
S26, S27, S13; the seed's five criteria are income, food and clothing, education, medical care, housing). The unit is
the household, never a person, and never an average of many. What is not known is not passed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from services.registry.households.rules import PovertyLine
from services.registry.sources.rules import Word, weight_of
from shared.values.verdicts import Reason, Rule, Verdict

State = Literal[
    "proposed", "reviewed", "checked", "consented", "noticed", "township_checked", "approved", "announced", "refused",
    "withdrawn", "revoked",
]  # fmt: skip
ENDED: tuple[State, ...] = ("announced", "refused", "withdrawn", "revoked")
ObjectionReason = Literal["income", "house", "assets", "procedure", "other"]


@dataclass(frozen=True, slots=True)
class ExitFacts:
    """What is recorded about a household; None is not known. Incomes in fen, of one income year. `..._words`: what each
    who spoke of it said last.
    """

    status: str
    members: int
    income_year: int
    net_income_fen: int | None
    food_secure: bool | None
    clothing_secure: bool | None
    school_dropout: bool | None
    medical_insured: bool | None
    house_grade: str | None
    safe_water: bool | None
    unfinished_major_illness: bool | None
    only_subsidies: bool | None
    awaits_relocation: bool
    open_objections: int
    frozen: bool = False
    income_words: tuple[Word[int], ...] = ()
    house_words: tuple[Word[str], ...] = ()
    open_findings: int = 0


@dataclass(frozen=True, slots=True)
class ExitPolicy:
    """The figures in force on the business date."""

    poverty_line_fen: PovertyLine
    stable_margin_fen: int
    unsafe_house_grades: tuple[str, ...]
    word_weights: Mapping[str, int] = field(default_factory=dict)
    exit_words_weight: int = 0
    attested_income: str = "category"


@dataclass(frozen=True, slots=True)
class MeetingPolicy:
    """The part of those entitled who must have attended."""

    meeting_attendance_ppm: int


@dataclass(frozen=True, slots=True)
class NoticePolicy:
    public_notice_days: int


def exit_decision(facts: ExitFacts, policy: ExitPolicy) -> Verdict:
    """`approved` where every condition holds, else `refused`; each condition is a reason with its figures."""
    needed_fen = (policy.poverty_line_fen + policy.stable_margin_fen) * facts.members
    grade = facts.house_grade
    safe = grade is not None and grade not in policy.unsafe_house_grades
    over = facts.members > 0 and facts.net_income_fen is not None and facts.net_income_fen > needed_fen
    income_words = _income_words(facts, policy)
    income_weight = weight_of(income_words, lambda fen: fen > needed_fen, policy.word_weights, PARTS_OF_INCOME)
    house_weight = weight_of(facts.house_words, lambda g: g not in policy.unsafe_house_grades, policy.word_weights)
    needed = policy.exit_words_weight
    reasons = (
        # Only who is counted as poor can stop being so.
        Reason("status", facts.status in ("poor", "returned"), {"status": facts.status}),
        # One over: per-capita net income stably above the line, compared exactly (S15, S26).
        Reason(
            "income",
            over,
            {
                "income_year": facts.income_year,
                "net_income_fen": facts.net_income_fen,
                "needed_more_than_fen": needed_fen,
                "members": facts.members,
                "known": facts.net_income_fen is not None,
            },
        ),
        # Two no worries: food and clothing (S26).
        Reason("food", facts.food_secure is True, {"known": facts.food_secure is not None}),
        Reason("clothing", facts.clothing_secure is True, {"known": facts.clothing_secure is not None}),
        # Three guarantees: no drop-out from compulsory schooling, basic medical insurance, a safe house (S26, S25).
        Reason("education", facts.school_dropout is False, {"known": facts.school_dropout is not None}),
        Reason("medical", facts.medical_insured is True, {"known": facts.medical_insured is not None}),
        Reason(
            "housing",
            safe,
            {"house_grade": grade, "known": grade is not None},
        ),
        # Safe drinking water counts with the guarantees [known].
        Reason("water", facts.safe_water is True, {"known": facts.safe_water is not None}),
        # Hard blocks, "ten not off" (S25): a major illness under treatment, a household living on subsidies alone.
        Reason(
            "illness", facts.unfinished_major_illness is False, {"known": facts.unfinished_major_illness is not None}
        ),
        Reason("subsidies", facts.only_subsidies is False, {"known": facts.only_subsidies is not None}),
        # A relocated household exits only after it has moved in [known].
        Reason("relocation", not facts.awaits_relocation, {"awaits_relocation": facts.awaits_relocation}),
        # An objection stops the procedure until it is resolved (S18).
        Reason("objections", facts.open_objections == 0, {"open": facts.open_objections}),
        # Nobody exits on one cadre's word (domain notes 4, 9.10). Asked where words are weighed: what was decided
        # before comes out the same; of what does not hold anyway nothing is asked.
        *(
            (
                Reason(
                    "income_sources", not over or income_weight >= needed, {"weight": income_weight, "needed": needed}
                ),
                Reason("house_sources", not safe or house_weight >= needed, {"weight": house_weight, "needed": needed}),
            )
            if needed
            else ()
        ),
        # What a confirmed fraud touched stands still until it was reviewed (domain notes 3, FraudConfirmed). The reason
        # stands only where it stops, so that what was decided before there were freezes comes out the same.
        *((Reason("frozen", passed=False),) if facts.frozen else ()),
        # What a visit found waits for another person's look; told where it stops alone, as above [choice].
        *(
            (Reason("findings", facts.open_findings == 0, {"open": facts.open_findings}),)
            if facts.open_findings
            else ()
        ),
    )
    return Verdict("approved" if all(r.passed for r in reasons) else "refused", reasons)


# Nobody pays, and no department knows, all that a household earns.
PARTS_OF_INCOME = ("payment", "attestation")


def _income_words(facts: ExitFacts, policy: ExitPolicy) -> Sequence[Word[int]]:
    """A department's word bears out the categories that it attests: these must suffice alone. Where policy takes it for
    the `whole`, it bears out what is held for true of all.
    """
    if policy.attested_income != "whole" or facts.net_income_fen is None:
        return facts.income_words
    whole = facts.net_income_fen
    return [replace(w, value=whole) if w.weight == "attestation" else w for w in facts.income_words]


# What somebody may yet look into, or say: a case that lacks nothing else waits for it, and does not end.
AWAITED = {"findings": "findings_open", "income_sources": "words_missing", "house_sources": "words_missing"}


def awaited(missing: Sequence[str]) -> str | None:
    """Why a case waits that nothing stands against but what may yet be looked into; None where it does not."""
    return AWAITED[missing[-1]] if missing and AWAITED.keys() >= {*missing} else None


EXIT_RULE = Rule("registry.household_exit", ExitFacts, ExitPolicy, exit_decision, "docs/sources.md#s26")


def income_year_for(day: date) -> int:
    """Which income year a decision asks for: the calendar year's, which closes on 30 September.

    Before that day what has been stated so far counts; after it, the closed year. An exit in 2017 is never decided
    on the income of 2018.
    """
    return day.year


def members_counted_on(day: date) -> date:
    """Members are counted on 30 September of the income year once it is over (domain notes 2.1 "Income")."""
    return min(day, date(income_year_for(day), 9, 30))


def meeting_carried(entitled: int, attended: int, in_favour: int, attendance_ppm: int) -> bool:
    """Two thirds of the representatives came, and more than half of those present agreed [choice]."""
    quorate = attended * 1_000_000 >= entitled * attendance_ppm
    return 0 < attended <= entitled and in_favour <= attended and quorate and in_favour * 2 > attended
