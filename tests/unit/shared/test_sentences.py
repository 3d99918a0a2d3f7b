"""Every reason, finding and number is also a sentence, with yuan and percent, in Chinese and English."""

import ast
import inspect
import re
import sys
import tomllib
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from gateway.revocations.schemas import NewRevocation
from services import NAMES
from services.assessment.appeals.schemas import NewAppeal
from services.assessment.scoring.rules import (
    HELPER_SCORE,
    UNIT_SCORE,
    HelperFacts,
    HelperPolicy,
    Month,
    UnitFacts,
    UnitPolicy,
    helper_score,
    unit_score,
)
from services.assessment.surveys.rules import SURVEY_DRAW, DrawFacts, DrawPolicy, draw_decision
from services.finance.holds.rules import Kind
from services.registry.amendments.schemas import Correction, Return, Revocation
from services.registry.arrivals.schemas import Arrival
from services.registry.catalogue.rules import CONDITIONS
from services.registry.changes.schemas import Departure, Removal
from services.registry.claims.rules import State as ClaimState
from services.registry.contacts.rules import State as AccountState
from services.registry.differences.rules import ListState
from services.registry.differences.rules import State as DifferenceState
from services.registry.disclosures.rules import LookKind
from services.registry.duplicates.rules import SearchState
from services.registry.duplicates.rules import State as DuplicateState
from services.registry.entitlements.rules import Coverage
from services.registry.exits.schemas import NewObjection
from services.registry.findings.rules import State as FindingState
from services.registry.followups.rules import State as FollowUpState
from services.registry.grievances.rules import State
from services.registry.heads.rules import State as HeadState
from services.registry.households.rules import CATEGORIES, Weight
from services.registry.inspections.rules import Sign
from services.registry.matches.rules import State as MatchState
from services.registry.merges.rules import State as MergeState
from services.registry.national.rules import ExportState
from services.registry.plans.rules import State as PlanState
from services.registry.proposals.rules import State as ProposalState
from services.registry.record.rules import OF_CONTACT, OF_HOUSEHOLD, OF_PERSON
from services.registry.rolls.rules import State as RollState
from services.registry.screening.rules import TESTS
from services.registry.signals.rules import KINDS, RISK_RULE, RiskFacts, RiskPolicy, Signal, risk_decision
from services.registry.signals.rules import State as RiskState
from services.registry.splits.rules import State as SplitState
from services.registry.suspicions.rules import State as SuspicionState
from services.registry.touched.rules import State as TouchedState
from services.registry.townships.rules import TOWNSHIP_EXIT, TownshipFacts, TownshipPolicy, township_exit_decision
from services.registry.transfers.schemas import Transfer
from services.registry.villages.rules import (
    VILLAGE_EXIT,
    IncidencePolicy,
    VillageFacts,
    VillagePolicy,
    village_exit_decision,
)
from services.registry.withdrawals.rules import WithdrawalReason
from shared.doors import http
from shared.ground import problems, sentences
from shared.ground.policy import Against, read_policy
from shared.ground.sentences import number_sentence, sentence
from shared.values.figures import LANGUAGES, in_words
from shared.values.ids import uuid7
from shared.values.verdicts import Rule

ROOT = Path(__file__).resolve().parents[3]
CHINESE = re.compile(r"[\u4e00-\u9fff]")
PLACEHOLDER = re.compile(r"{(\w+)")
WORDS = sentences.words()
# What a condition's last words say, without a placeholder of their own.
SAID_BY_MET = {"known", "met"}
RULES: list[Rule] = [rule for name in NAMES for rule in import_module(f"services.{name}.service").SERVICE.rules]
POLICY = {entry.code: entry.value for entry in read_policy(ROOT / "services/registry/policy.toml").entries}


@pytest.mark.parametrize(
    ("name", "value", "en", "zh"),
    [
        ("amount_fen", 500_000, "5,000 yuan", "5,000 元"),
        ("amount_fen", 500_005, "5,000.05 yuan", "5,000.05 元"),
        ("amount_fen", -5, "-0.05 yuan", "-0.05 元"),
        ("demolition_reward_fen_per_person", 1_000_000, "10,000 yuan", "10,000 元"),
        ("coal_price_fen_e4", 320_500, "0.3205 yuan", "0.3205 元"),
        ("rate_ppm", 927_000, "92.7 %", "92.7 %"),
        ("meeting_attendance_ppm", 666_666, "66.6666 %", "66.6666 %"),
        ("days_kept_x100", 1_850, "18.5", "18.5"),
        ("area_cap_m2_x100_per_person", 2_500, "25", "25"),
        ("income_year", 2017, "2017", "2017"),
        ("rural_people", 81_234, "81,234", "81,234"),
        ("net_income_fen", None, "not known", "未知"),
        ("last", True, "yes", "是"),
        ("exited_on", date(2017, 6, 1), "2017-06-01", "2017-06-01"),
        ("status", "returned", "fallen back", "返贫"),
        ("lost", "income food", "income, food", "收入、吃饭"),
        ("forest_instalments_fen", (50_000, 15_000), "500 yuan, 150 yuan", "500 元、150 元"),
        ("case_id", "018f2d5e", "018f2d5e", "018f2d5e"),
        ("shares", {"sheep": 3, "mu": ["crops"]}, "sheep: 3; mu: crops", "养羊：3；亩：种植"),
        ("due_days", ((9, 15), (12, 15)), "9-15, 12-15", "9-15、12-15"),
        ("barred_kinds", [], "none", "无"),
        (
            "entitled",
            [{"age_from": 60, "school": ["school_high", "school_college"]}, {"deep_poverty": True}],
            "age from: 60; school: high school, college; or deep poverty: yes",
            "年龄不低于：60；在校生状况：高中、大专及以上；或深度贫困：是",
        ),
    ],
)
def test_a_figure_is_said_as_people_say_it(name: str, value: Any, en: str, zh: str) -> None:
    assert [format(in_words(name, value, language, WORDS)) for language in LANGUAGES] == [en, zh]


def test_a_condition_says_whether_it_held_and_by_how_much() -> None:
    figures = {
        "income_year": 2017,
        "net_income_fen": 1_200_050,
        "needed_more_than_fen": 1_334_000,
        "members": 4,
        "known": True,
    }
    said = [sentence("registry.household_exit.income", language, figures) for language in LANGUAGES]
    assert said == [
        "Net income of 2017: 12,000.50 yuan for 4 people, must be above 13,340 yuan: not met.",
        "2017 年家庭纯收入 12,000.50 元（4 人），应高于 13,340 元：不符合。",
    ]


def test_what_nobody_knows_is_said_to_be_unknown() -> None:
    assert sentence("registry.household_exit.food", "zh", {"known": False}) == "不愁吃：未知，按不符合。"


def test_a_line_that_was_withheld_says_so() -> None:
    figures = {"answered": 0, "satisfied": 0, "points_x100": 0, "withheld": True}
    assert sentence("assessment.unit_score.satisfaction", "zh", figures) == (
        "满意度：0 分；答复 0 户，满意 0 户。无评分依据，不计入总分。"
    )


def test_what_a_decision_of_before_does_not_hold_is_not_known_and_a_code_that_is_gone_has_no_sentence() -> None:
    assert sentence("finance.loan_eligibility.bank_lends", "en", {}) == "The bank not known takes part: not met."
    assert sentence("finance.loan_eligibility.gone", "en", {}) is None


def written_reasons() -> dict[str, set[str]]:
    """By rule and code the figures of every reason that stands written out in a rule."""
    found = dict[str, set[str]]()
    for rule in RULES:
        module = ast.parse(inspect.getsource(sys.modules[rule.decide.__module__]))
        (function,) = (f for f in module.body if getattr(f, "name", "") == rule.decide.__name__)
        for call in ast.walk(function):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "Reason":
                code, figures = call.args[0], call.args[2] if len(call.args) > 2 else ast.Dict([], [])
                if isinstance(code, ast.Constant) and isinstance(figures, ast.Dict):
                    found[f"{rule.name}.{code.value!s}"] = {
                        str(k.value) for k in figures.keys if isinstance(k, ast.Constant)
                    }
    return found


def made_reasons() -> dict[str, set[str]]:
    """The same of those that a rule puts together."""
    months, case = (Month(30, 20, 18),), uuid7()
    unit = UnitFacts(3, months, 9, 4, 2, 5, 4, 1, 20, 1, 1, 8, 7, case)
    unit_policy = UnitPolicy(2000, 500, 2500, 2000, 1000, 2500, 3, 20, 700_000, 200, (6000, 8000, 9000))
    helper = HelperFacts(8, 7, 9, 8, 1, 2, 1, 4, 3, case)
    helper_policy = HelperPolicy(4500, 2000, 1000, 2500, (6000, 8000, 9000))
    village = VillagePolicy(IncidencePolicy(20_000, strict=True), POLICY["village_facility_items"])
    day = date(2017, 6, 1)
    risk = RiskFacts("exited", day, None, None, tuple(Signal(kind, day) for kind in KINDS))
    verdicts = {
        RISK_RULE: risk_decision(risk, RiskPolicy(dict.fromkeys(KINDS, 1), 12, 50)),
        UNIT_SCORE: unit_score(unit, unit_policy),
        HELPER_SCORE: helper_score(helper, helper_policy),
        SURVEY_DRAW: draw_decision(DrawFacts("a", 1, (("1", "exited"),)), DrawPolicy((5, 2, 3))),
        VILLAGE_EXIT: village_exit_decision(VillageFacts(True, 1, 100, ()), village),
        TOWNSHIP_EXIT: township_exit_decision(
            TownshipFacts("140927200", 3, 2, 1, 100), TownshipPolicy(village.incidence)
        ),
    }
    return {f"{rule.name}.{r.code}": set(r.figures) for rule, verdict in verdicts.items() for r in verdict.reasons}


def reasons() -> dict[str, set[str]]:
    return written_reasons() | made_reasons()


def numbers() -> dict[str, Any]:
    """By the code of its sentence every value of every policy."""
    return {
        f"{name}.policy.{e.code}": e.value
        for name in NAMES
        for e in read_policy(ROOT / f"services/{name}/policy.toml").entries
    }


def words_of(body: type[BaseModel]) -> tuple[str, ...]:
    """What may be stated as the reason."""
    return get_args(body.model_fields["reason"].annotation)


def codes() -> set[str]:
    """Of closed vocabularies that are answered without figures, or put together by a schema."""
    amendments = {*words_of(Return), *words_of(Revocation), Correction.reason}
    persons = {f"person_{field}" for field in OF_PERSON}
    stated = {
        "registry.departure": words_of(Departure),
        "registry.arrival": words_of(Arrival),
        "registry.account": get_args(AccountState),
        "registry.head": get_args(HeadState),
        "registry.division_change": get_args(RollState),
        "registry.transfer": words_of(Transfer),
        "registry.claim": get_args(ClaimState),
        "registry.removal": words_of(Removal),
        "registry.proposal": get_args(ProposalState),
        "registry.withdrawal": get_args(WithdrawalReason),
        "registry.split": get_args(SplitState),
        "registry.merge": get_args(MergeState),
        "registry.amendment": amendments,
        "registry.objection": words_of(NewObjection),
        "registry.finding": get_args(FindingState),
        "registry.follow_up": get_args(FollowUpState),
        "registry.risk_warning": get_args(RiskState),
        "registry.entitlement": CONDITIONS,
        "registry.coverage": {*get_args(Coverage), "counted"},
        "registry.plan_line": get_args(PlanState),
        "registry.suspicion_case": {*get_args(SuspicionState), "overdue"},
        "registry.own_suspicion": get_args(SuspicionState),
        "registry.match_file": get_args(MatchState),
        "registry.touched_case": get_args(TouchedState),
        "registry.duplicate": get_args(DuplicateState),
        "registry.difference": get_args(DifferenceState),
        "registry.national_list": get_args(ListState),
        "registry.national_export": get_args(ExportState),
        "registry.duplicate_search": get_args(SearchState),
        "registry.screening": {*TESTS, "too_few"},
        "registry.inspection_sign": get_args(Sign),
        "registry.grievance": {*get_args(State), "late"},
        "registry.fact": {
            "status",
            *OF_HOUSEHOLD,
            *OF_CONTACT,
            *persons,
            *(f"{category}_fen" for category in CATEGORIES),
        },
        "registry.source": {*get_args(Weight)},
        "shared.policy_change": get_args(Against),
        "assessment.appeal": words_of(NewAppeal),
        "gateway.revocation": words_of(NewRevocation),
    }
    visits = {"no_position", "no_place", "too_far", "too_late", "duplicate", "late"}
    return (
        {f"finance.holds.{kind}" for kind in get_args(Kind)}
        | {f"assessment.visits.{code}" for code in visits}
        | {"industry.payouts.held_removed", "industry.payouts.held_returned", "industry.payouts.returned"}
        | {"industry.projects.over_reported", "registry.income_sheet"}
        | {f"registry.disclosures.{kind}" for kind in get_args(LookKind)}
        | {f"{room}.{word}" for room, words in stated.items() for word in words}
    )


def placeholders(code: str, language: str) -> set[str]:
    return {*PLACEHOLDER.findall(sentences.catalogue()[code][language])}


def test_every_condition_of_every_rule_has_a_text_that_names_exactly_its_figures() -> None:
    assert {rule.name for rule in RULES} == {code.rpartition(".")[0] for code in reasons()}
    for code, figures in reasons().items():
        for language in LANGUAGES:
            assert placeholders(code, language) - SAID_BY_MET == figures - SAID_BY_MET, code
        assert ("known" not in figures) or "met" in placeholders(code, "zh"), code


def test_every_reason_that_a_rule_may_give_was_found() -> None:
    """One whose code or figures are put together elsewhere must be made above."""
    for rule in RULES:
        code = inspect.getsource(sys.modules[rule.decide.__module__])
        for bare in re.findall(r'Reason\(\s*"(\w+)"', code):
            assert any(found.endswith(f".{bare}") for found in reasons()), (rule.name, bare)


def test_every_number_of_every_policy_has_a_text_that_holds_its_value() -> None:
    for code, value in numbers().items():
        for language in LANGUAGES:
            assert placeholders(code, language) == {"value"}, code
            service, _, number = code.split(".")
            assert "_" not in number_sentence(service, number, value, language), code


def test_a_number_of_the_policy_is_said_in_yuan_and_percent() -> None:
    assert number_sentence("registry", "stable_margin_fen", 12_350, "zh") == (
        "稳定超过贫困线的余量：每人每收入年度 123.50 元。"
    )
    assert number_sentence("finance", "benchmark_short_ppm", 43_500, "en") == "The short benchmark rate: 4.35 % a year."
    scheme = {"visits_x100": 4_500, "records_x100": 2_000, "follow_ups_x100": 1_000, "satisfaction_x100": 2_500}
    said = number_sentence("assessment", "helper_scheme", scheme, "en")
    assert said == "Points of a helper: visits 45, records 20, follow-ups 10, satisfaction 25."


def test_no_text_is_left_over_and_each_stands_with_its_owner() -> None:
    known = {*reasons(), *numbers(), *codes()}
    for folder in problems.CATALOGUES:
        path = ROOT / folder / "sentences.toml"
        held = {*tomllib.loads(path.read_text(encoding="utf-8"))} if path.exists() else set()
        assert held == {code for code in known if code.partition(".")[0] == path.parent.name}, folder


def test_chinese_is_chinese_and_english_is_not() -> None:
    for code, texts in {**sentences.catalogue(), **WORDS}.items():
        assert set(texts) == set(LANGUAGES), code
        assert CHINESE.search(texts["zh"]), code
        assert not CHINESE.search(texts["en"]), code


def test_what_was_expected_of_a_field_is_said_in_chinese() -> None:
    for kind, (english, chinese) in (http._EXPECTED | {"any": http._ANYTHING}).items():
        assert CHINESE.search(chinese), kind
        assert english.isascii(), kind


def test_nobody_else_says_what_was_expected() -> None:
    """Were a sentence written at its place, nobody would look whether it is Chinese."""
    written = {
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for folder in ("shared", "services", "gateway")
        for path in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", getattr(node.func, "attr", "")) == "FieldError"
        and any(isinstance(a, ast.Constant) for a in node.args[1:])
    }
    assert written == set()
