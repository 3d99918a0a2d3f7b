"""Who is entitled to which policy, and whether it reaches him: cases for each of the 24, and for the ten haves."""

from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from services.registry.catalogue.rules import CONDITIONS, EntitlementPolicy
from services.registry.entitlements import rules
from services.registry.entitlements.rules import (
    Covered,
    Home,
    Person,
    count_of,
    haves_verdict,
)
from services.registry.service import SERVICE
from shared.ground.policy import read_policy
from shared.ground.sentences import catalogue, sentence
from shared.values.dates import full_years

ON = date(2017, 6, 1)
FILE = Path("services/registry/policy.toml")
POLICY = read_policy(FILE).on(ON, EntitlementPolicy)
NOBODY = frozenset[str]()
BORN = {0: date(2017, 1, 1), 4: date(2013, 1, 1), 10: date(2007, 1, 1), 45: date(1972, 1, 1), 62: date(1955, 1, 1),
        66: date(1951, 1, 1), 81: date(1936, 1, 1), 17: date(2000, 1, 1), 20: date(1997, 1, 1)}  # fmt: skip


def person(age: int = 45, **changes: Any) -> Person:
    """A healthy worker of whom no department has attested anything."""
    born_on = BORN[age]
    one = Person(
        reference="p", born_on=born_on, age=full_years(born_on, ON), school="none", education="primary",
        health="healthy", labour="ordinary", work_months=0, medical_insured=False, pension_insured=False,
        disability_level=None, family_doctor=None, chronic_card=None, assistive_device=None, rehabilitation=None,
        home_adapted=None, income=NOBODY,
    )  # fmt: skip
    said: dict[str, Any] = {n: frozenset(v) if n == "income" else v for n, v in changes.items()}
    return one._replace(**said)


def home(*people: Person, **changes: Any) -> Home:
    """A household that has nothing, of these people."""
    one = Home("general", None, False, False, None, False, True, NOBODY, NOBODY, people)
    said: dict[str, Any] = {n: frozenset(v) if n in ("income", "measure") else v for n, v in changes.items()}
    return one._replace(**said)


def judged(one: Home, *, telling: bool = True) -> list[Covered]:
    return rules.entitlement_verdict(one, POLICY.of(ON), ON, POLICY.school, telling=telling)


def of_it(found: list[Covered], policy: str) -> list[str]:
    return [one.coverage for one in found if one.policy == policy]


def coverage(policy: str, one: Home) -> str:
    (found,) = of_it(judged(one), policy)
    return found


LOST: dict[str, Any] = {"labour": "lost"}
DISABLED: dict[str, Any] = {"health": "disabled"}
ILL: dict[str, Any] = {"health": "chronic"}
# By policy: who is entitled and has it not, who has it, who is not entitled; and who has it all the same, where
# anything could show that.
CASES: dict[str, tuple[Home, Home, Home, Home | None]] = {
    "compulsory_schooling": (
        home(person(10)), home(person(10, school="primary")), home(person(4)), None,
    ),
    "boarding_allowance": (
        home(person(17, school="middle")), home(person(17, school="middle", income=["boarding_allowance"])),
        home(person(10, school="primary")), home(person(10, school="primary", income=["boarding_allowance"])),
    ),
    "preschool_aid": (
        home(person(4, school="preschool")), home(person(4, school="preschool", income=["preschool_aid"])),
        home(person(4)), home(person(4, income=["preschool_aid"])),
    ),
    "high_school_grant": (
        home(person(17, school="high")), home(person(17, school="high", income=["high_school_grant"])),
        home(person(17)), home(person(17, income=["high_school_grant"])),
    ),
    "vocational_grant": (
        home(person(17, school="vocational")), home(person(17, school="vocational", income=["vocational_grant"])),
        home(person(17, school="high")), home(person(17, school="high", income=["vocational_grant"])),
    ),
    "college_grant": (
        home(person(20, school="college")), home(person(20, school="college", income=["college_grant"])),
        home(person(20)), home(person(20, income=["college_grant"])),
    ),
    "subsistence_allowance": (
        home(person(**LOST)), home(person(**LOST), attribute="dibao"), home(person()),
        home(person(income=["subsistence_allowance"])),
    ),
    "five_guarantees": (
        home(person(66, **LOST), deep_poverty=True), home(person(66, **LOST), deep_poverty=True, attribute="wubao"),
        home(person(66, **LOST)), home(person(66), attribute="wubao"),
    ),
    "old_age_allowance": (
        home(person(81)), home(person(81, income=["old_age_allowance"])), home(person(66)),
        home(person(66, income=["old_age_allowance"])),
    ),
    "pension": (
        home(person(62)), home(person(62, pension_insured=True)), home(person(45, pension_insured=True)),
        home(person(45, income=["pension"])),
    ),
    "pension_insurance": (
        home(person(45)), home(person(45, pension_insured=True)), home(person(62, pension_insured=True)),
        home(person(17, school="high", pension_insured=True)),
    ),
    "orphan_allowance": (
        home(person(10)), home(person(10, income=["orphan_allowance"])), home(person(20)),
        home(person(20, income=["orphan_allowance"])),
    ),
    "medical_insurance": (home(person(0)), home(person(0, medical_insured=True)), home(), None),
    "family_doctor": (
        home(person(**ILL)), home(person(**ILL, family_doctor=True)), home(person()), home(person(family_doctor=True)),
    ),
    "chronic_card": (
        home(person(**ILL)), home(person(**ILL, chronic_card=True)), home(person(health="major")),
        home(person(health="major", chronic_card=True)),
    ),
    "major_treatment": (
        home(person(health="major"), unfinished_major_illness=True),
        home(person(health="major"), unfinished_major_illness=False),
        home(person(), unfinished_major_illness=False), None,
    ),
    "yearly_checkup": (
        home(person(66)), home(person(66, family_doctor=True)), home(person(62, family_doctor=True)), None,
    ),
    "pay_after_treatment": (
        home(person(**ILL)), home(person(**ILL, medical_insured=True)), home(person(medical_insured=True)), None,
    ),
    "disabled_living_allowance": (
        home(person(**DISABLED)), home(person(disability_level=4, income=["disabled_living_allowance"])),
        home(person()), home(person(income=["disabled_living_allowance"])),
    ),
    "care_allowance": (
        home(person(disability_level=2)), home(person(disability_level=1, income=["care_allowance"])),
        home(person(disability_level=3)), home(person(**DISABLED, income=["care_allowance"])),
    ),
    "assistive_device": (
        home(person(disability_level=3)), home(person(disability_level=3, assistive_device=True)),
        home(person(disability_level=4)), home(person(assistive_device=True)),
    ),
    "home_adapted": (
        home(person(disability_level=2)), home(person(disability_level=2, home_adapted=True)),
        home(person(disability_level=3)), home(person(home_adapted=True)),
    ),
    "rehabilitation": (
        home(person(**DISABLED)), home(person(**DISABLED, rehabilitation=True)), home(person()),
        home(person(rehabilitation=True)),
    ),
    "disabled_work": (
        home(person(**DISABLED)), home(person(**DISABLED), measure=["training"]),
        home(person(), measure=["training"]), home(person(**DISABLED, **LOST, work_months=3)),
    ),
}  # fmt: skip


def test_there_are_24_policies_in_four_areas_and_each_has_its_cases() -> None:
    found = [(one.area, one.code) for one in POLICY.of(ON)]
    assert [code for _, code in found] == list(CASES)
    assert {area for area, _ in found} == {"education", "civil_affairs", "health", "disabled"}
    assert len(CASES) == 24


@pytest.mark.parametrize("policy", CASES)
def test_each_policy_tells_who_has_it_and_who_has_it_not(policy: str) -> None:
    missing, covered, not_entitled, all_the_same = CASES[policy]
    assert coverage(policy, missing) == "missing"
    assert coverage(policy, covered) == "covered"
    assert of_it(judged(not_entitled), policy) in (["none"], [])
    if all_the_same is not None:
        assert coverage(policy, all_the_same) == "not_entitled"


WHILE_SUPPORTED = {
    "boarding_allowance", "preschool_aid", "high_school_grant", "vocational_grant", "college_grant", "major_treatment",
}  # fmt: skip


@pytest.mark.parametrize("policy", CASES)
def test_whose_support_is_over_is_entitled_to_what_everybody_is_and_no_more(policy: str) -> None:
    missing, covered, _, all_the_same = CASES[policy]
    before = [coverage(policy, one) for one in (missing, covered)]
    after = [coverage(policy, one._replace(supported=False)) for one in (missing, covered)]
    if policy not in WHILE_SUPPORTED:
        assert after == before
    elif all_the_same is None:
        assert after == ["none", "none"], "nothing shows that it is still there"
    else:
        assert after == ["none", "not_entitled"]


def test_whose_support_is_over_is_asked_for_no_helper_and_no_money() -> None:
    one = home(person(work_months=3), helped=True)
    over = [c.policy for c in haves_verdict(one._replace(supported=False), POLICY, ON)]
    assert over == ["have_will", "have_work", "have_plan"]


def test_the_reason_says_that_support_is_over() -> None:
    one = home(person(17, school="middle", income=["boarding_allowance"]))._replace(supported=False)
    (found,) = [c for c in judged(one) if c.policy == "boarding_allowance"]
    said = [sentence(f"registry.entitlement.{r.code}", "zh", r.figures, passed=r.passed) for r in found.reasons]
    assert said[:2] == ["在校生状况：初中；应为：初中：符合。", "仍在帮扶期内：否；应为是：不符合。"]


def test_what_nobody_knows_neither_entitles_nor_covers() -> None:
    assert coverage("care_allowance", home(person(disability_level=None))) == "none"
    assert coverage("major_treatment", home(person(health="major"))) == "missing"


def test_what_is_attested_of_a_household_covers_whoever_is_entitled_and_else_stands_alone() -> None:
    severe = person(disability_level=1, reference="a")
    found = judged(home(severe, person(reference="b"), income=["care_allowance"]))
    assert {c.person: c.coverage for c in found if c.policy == "care_allowance"} == {"a": "covered", "b": "none"}
    found = judged(home(person(), income=["care_allowance"]))
    assert {c.person: c.coverage for c in found if c.policy == "care_allowance"} == {"p": "none", None: "not_entitled"}


def test_reasons_say_why_somebody_is_entitled_and_what_is_missing() -> None:
    (one,) = [c for c in judged(home(person(62))) if c.policy == "pension"]
    assert [(r.code, r.passed) for r in one.reasons] == [
        ("age_from", True), ("income", False), ("person_pension_insured", False),
    ]  # fmt: skip
    said = [sentence(f"registry.entitlement.{r.code}", "zh", r.figures, passed=r.passed) for r in one.reasons]
    assert said == [
        "年龄 62 岁，应满 60 岁：符合。",
        "部门认定的补助收入：无；应有：养老金：不符合。",
        "参加养老保险：否；应为是：不符合。",
    ]
    (child,) = [c for c in judged(home(person(10))) if c.policy == "compulsory_schooling"]
    assert sentence("registry.entitlement.school", "en", child.reasons[1].figures) == (
        "Goes to school: no; one of: middle school, primary school: not met."
    )
    assert judged(home(person(10)), telling=False)[0].reasons == ()


def test_the_ten_haves_are_asked_by_labour_ability() -> None:
    able = {c.policy: c.coverage for c in haves_verdict(home(person(work_months=3), helped=True), POLICY, ON)}
    assert able == {
        "have_will": "covered", "have_work": "covered", "have_plan": "missing", "have_money": "missing",
        "have_helper": "covered",
    }  # fmt: skip
    people = (person(66, **LOST, pension_insured=True), person(10, labour="none"), person(health="major", **LOST))
    unable = {c.policy: c.coverage for c in haves_verdict(home(*people, house_grade="C"), POLICY, ON)}
    assert unable == {
        "aged_supported": "covered", "young_taught": "missing", "sick_healed": "missing", "housed": "missing",
        "cared_for": "missing",
    }  # fmt: skip
    taught = (people[0], person(10, labour="none", school="primary"), people[2]._replace(medical_insured=True))
    well: dict[str, Any] = {"house_grade": "B", "attribute": "dibao", "unfinished_major_illness": False}
    assert {c.coverage for c in haves_verdict(home(*taught, **well), POLICY, ON)} == {"covered"}


def test_figures_are_sums_over_people() -> None:
    found = judged(home(person(62), person(62, pension_insured=True)), telling=False)
    tally = Counter((one.policy, one.coverage) for one in found)
    (pension,) = [count for count in count_of(POLICY.of(ON), tally) if count.policy == "pension"]
    assert pension[2:] == (2, 1, 1, 0)


def test_a_policy_begins_and_ends_on_its_days() -> None:
    later = {code: replace(terms, since=date(2017, 7, 1)) for code, terms in POLICY.health_policies.items()}
    policy = replace(POLICY, health_policies=later)
    assert {one.area for one in policy.of(ON)} == {"education", "civil_affairs", "disabled"}
    over = {code: replace(terms, until=ON) for code, terms in POLICY.health_policies.items()}
    assert "medical_insurance" not in [one.code for one in replace(POLICY, health_policies=over).of(ON)]


def entry(**terms: Any) -> EntitlementPolicy:
    said = {"of": "person", "entitled": [{"age_from": 60}], "covered": [{"person_pension_insured": True}]} | terms
    written: Any = {"new": said}
    return replace(POLICY, health_policies=written)


@pytest.mark.parametrize(
    ("terms", "refusal"),
    [
        ({"entitled": [{"star_sign": ["leo"]}]}, "star_sign asks for a fact that nobody knows"),
        ({"entitled": [{"age_from": "60"}]}, "age_from does not ask for '60'"),
        ({"covered": [{"person_pension_insured": 1}]}, "person_pension_insured does not ask for 1"),
        ({"covered": [{"person_health": ["health_rich"]}]}, "person_health never is health_rich"),
        ({"covered": [{"income": ["lottery"]}]}, "income never is lottery"),
        ({"covered": [{"measure": ["measure_gift"]}]}, "measure never is measure_gift"),
        ({"of": "village"}, "of is none of an entitlement's terms"),
        ({"covers": []}, "covers is none of an entitlement's terms"),
        ({"covered": []}, "who is entitled, and what covers it, is said"),
    ],
)
def test_what_nobody_can_know_is_no_policy(terms: dict[str, Any], refusal: str) -> None:
    assert entry().health_policies["new"].of == "person"
    with pytest.raises(ValueError, match=refusal):
        entry(**terms)


def test_a_policy_stands_in_one_area() -> None:
    with pytest.raises(ValueError, match="pension stands in two areas"):
        replace(POLICY, health_policies={"pension": POLICY.civil_affairs_policies["pension"]})


def test_it_is_refused_when_the_file_is_read_before_anybody_asks(tmp_path: Path) -> None:
    text = FILE.read_text(encoding="utf-8")
    begins = "value.care_allowance.entitled = [{ disability_level_to = 2 }]"
    assert begins in text
    path = tmp_path / "policy.toml"
    path.write_text(text.replace(begins, begins.replace("disability_level_to", "poverty_level_to")), encoding="utf-8")
    read_policy(path)
    assert EntitlementPolicy in SERVICE.policies
    with pytest.raises(ValueError, match="care_allowance: poverty_level_to asks for a fact that nobody knows"):
        read_policy(path, SERVICE.policies)


def test_whatever_may_be_asked_can_be_said_and_is_asked() -> None:
    said = {code.rpartition(".")[2] for code in catalogue() if code.startswith("registry.entitlement.")}
    assert said == set(CONDITIONS)
    of_policies = {q.name for one in POLICY.of(ON) for alternative in one.entitled + one.covered for q in alternative}
    haves = POLICY.ten_haves.values()
    asked = of_policies | {name for one in haves for alternative in one.entitled + one.covered for name in alternative}
    assert asked == set(CONDITIONS)
