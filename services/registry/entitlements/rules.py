"""What somebody is entitled to, and whether it reaches him: pure rules.

Domain notes 2.1 "24 policies": coverage per person, counted from facts. What is not known does not hold.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Literal, NamedTuple

from services.registry.catalogue.rules import Alternatives, EntitlementPolicy, InForce, Question, Unit
from services.registry.households.rules import OF_AGE, SchoolPolicy, is_compulsory
from shared.values.verdicts import Reason

# Who is entitled and has it; who is and has not; who has it and is not; who is not and has not.
Coverage = Literal["covered", "missing", "not_entitled", "none"]
Facts = Mapping[str, Any]


class Person(NamedTuple):
    """One of a household's people as held for true. `income`: the sources that departments attest of him."""

    reference: str
    born_on: date
    age: int
    school: str
    education: str
    health: str
    labour: str
    work_months: int
    medical_insured: bool
    pension_insured: bool
    disability_level: int | None
    family_doctor: bool | None
    chronic_card: bool | None
    assistive_device: bool | None
    rehabilitation: bool | None
    home_adapted: bool | None
    income: frozenset[str]


class Home(NamedTuple):
    """A household as held for true. `income`: the sources that are attested of it as a whole; `measure`: the kinds of
    help that it has, or had not long ago; `helped`: somebody is its helper; `supported`: it is poor, or got out and its
    support goes on.
    """

    attribute: str
    house_grade: str | None
    deep_poverty: bool
    moved_in: bool
    unfinished_major_illness: bool | None
    helped: bool
    supported: bool
    income: frozenset[str]
    measure: frozenset[str]
    people: tuple[Person, ...]


class Covered(NamedTuple):
    """How it stands with one policy or have. `person` is a reference; None where it is the household's. `reasons`: why
    somebody is entitled or not, and what covers it or does not.
    """

    policy: str
    of: Unit
    person: str | None
    coverage: Coverage
    reasons: tuple[Reason, ...]


ABLE = ("ordinary", "skilled", "weak")
AGED = 60
ILL = ("chronic", "major", "disabled")


# Domain notes 2.1: labour ability (S6), working age to 60 (S10).
def _of_home(home: Home, people: Sequence[Facts]) -> dict[str, Any]:
    """What a household has, and what is counted of its people."""
    illness = home.unfinished_major_illness
    return {
        "attribute": f"attribute_{home.attribute}",
        "house_grade": home.house_grade and f"house_grade_{home.house_grade}",
        "deep_poverty": home.deep_poverty,
        "moved_in": home.moved_in,
        "treated": None if illness is None else not illness,
        "helped": home.helped,
        "supported": home.supported,
        "income": home.income.union(*(p.income for p in home.people)),
        "measure": frozenset(f"measure_{kind}" for kind in home.measure),
        "able": sum(p.labour in ABLE for p in home.people),
        "skilled": sum(p.labour == "skilled" for p in home.people),
        "adults": sum(p.age >= OF_AGE for p in home.people),
        "minors": sum(p.age < OF_AGE for p in home.people),
        "aged": sum(p.age >= AGED for p in home.people),
        "aged_unpensioned": sum(p.age >= AGED and not p.pension_insured for p in home.people),
        "out_of_school": sum(p["compulsory_age"] and p["school"] == "school_none" for p in people),
        "ill": sum(p.health in ILL for p in home.people),
        "ill_uninsured": sum(p.health in ILL and not p.medical_insured for p in home.people),
        "working": sum(p.work_months > 0 for p in home.people),
    }


def _of_person(person: Person, on: date, school: SchoolPolicy) -> dict[str, Any]:
    own = {word: f"{word}_{getattr(person, word)}" for word in ("school", "health", "labour")}
    return person._asdict() | own | {"compulsory_age": is_compulsory(person.born_on, person.education, on, school)}


def _met(facts: Facts, alternatives: Alternatives) -> tuple[Question, ...] | None:
    """The first of them of which all holds."""
    for alternative in alternatives:
        for _, fact, holds, asked in alternative:
            value = facts[fact]
            if value is None or not holds(value, asked):
                break
        else:
            return alternative
    return None


def _reasons(facts: Facts, alternatives: Alternatives) -> tuple[Reason, ...]:
    """How each condition stands, with what is so and what was asked for."""
    return tuple(
        Reason(q.name, _met(facts, ((q,),)) is not None, {"value": _told(facts[q.fact]), "asked": _told(q.asked)})
        for alternative in alternatives
        for q in alternative
    )


def _told(value: Any) -> int | str | None:
    """Several words stand in one figure."""
    if isinstance(value, frozenset | tuple):
        return " ".join(sorted(value)) or "nothing"
    told: int | str | None = value
    return told


def _judged(policy: InForce, whole: Facts, own: Facts, *, telling: bool) -> tuple[Coverage, tuple[Reason, ...]]:
    """`whole`: with what the household has, `own`: of himself alone. `telling`: with the reasons; of a county they
    would be most of the work.
    """
    grounds = _met(whole, policy.entitled)
    # Who is not entitled has it only where that is known of him himself, or it is his household's.
    meant = policy.covered if grounds is not None or policy.of == "household" else policy.personal
    facts = whole if grounds is not None else own
    cover = _met(facts, meant)
    coverage = COVERAGES[grounds is not None, cover is not None]
    if not telling:
        return coverage, ()
    why = _reasons(whole, policy.entitled if grounds is None else (grounds,))
    if grounds is None and cover is None:
        return coverage, why
    by = _reasons(facts, meant if cover is None else (cover,))
    return coverage, (*why, *(reason for reason in by if reason not in why))


COVERAGES: Mapping[tuple[bool, bool], Coverage] = {
    (True, True): "covered",
    (True, False): "missing",
    (False, True): "not_entitled",
    (False, False): "none",
}
ENTITLED = ("covered", "missing")


def entitlement_verdict(
    home: Home, policies: Sequence[InForce], on: date, school: SchoolPolicy, *, telling: bool = True
) -> list[Covered]:
    """Of each policy in force, how it stands with each of a household's people, or with the household.

    What is attested of a household as a whole covers whoever of it is entitled; where nobody is, it is the household's,
    and not entitled.
    """
    people = [_of_person(person, on, school) for person in home.people]
    whole = _of_home(home, people)
    seen = [(whole | own | {"income": own["income"] | home.income}, own) for own in people]
    found: list[Covered] = []
    for policy in policies:
        if policy.of == "household":
            found.append(Covered(policy.code, policy.of, None, *_judged(policy, whole, whole, telling=telling)))
            continue
        of_it = [
            Covered(policy.code, policy.of, own["reference"], *_judged(policy, one, own, telling=telling))
            for one, own in seen
        ]
        found += of_it
        if home.income and not any(one.coverage in ENTITLED for one in of_it):
            found += _of_nobody(policy, home.income, telling=telling)
    return found


def _of_nobody(policy: InForce, income: frozenset[str], *, telling: bool) -> Iterator[Covered]:
    """A source that is attested of a household in which nobody is entitled to it."""
    facts = {"income": income}
    cover = _met(facts, tuple(one for one in policy.covered if {q.fact for q in one} == facts.keys()))
    if cover is not None:
        reasons = _reasons(facts, (cover,)) if telling else ()
        yield Covered(policy.code, policy.of, None, "not_entitled", reasons)


# 十有 (seed, row 4): the ways to earn a living where somebody can work, the care where nobody can [inferred].
def haves_verdict(home: Home, policy: EntitlementPolicy, on: date) -> list[Covered]:
    """Of the ten haves those that a household should have by its labour ability, and whether it has them."""
    whole = _of_home(home, [_of_person(person, on, policy.school) for person in home.people])
    haves = (InForce.read(None, code, terms) for code, terms in policy.ten_haves.items())
    judged = (Covered(one.code, one.of, None, *_judged(one, whole, whole, telling=True)) for one in haves)
    return [have for have in judged if have.coverage in ENTITLED]


class Count(NamedTuple):
    """How many persons or households are entitled to a policy, and of how many what holds."""

    policy: str
    of: Unit
    entitled: int
    covered: int
    missing: int
    not_entitled: int


def count_of(policies: Sequence[InForce], tally: Mapping[tuple[str, Coverage], int]) -> list[Count]:
    """By policy, in the order of the catalogue. `tally`: how often it stood how with each."""
    return [
        Count(
            one.code,
            one.of,
            tally.get((one.code, "covered"), 0) + tally.get((one.code, "missing"), 0),
            tally.get((one.code, "covered"), 0),
            tally.get((one.code, "missing"), 0),
            tally.get((one.code, "not_entitled"), 0),
        )
        for one in policies
    ]
