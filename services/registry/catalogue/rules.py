"""Which policies there are, and what one may ask of the facts of a household and its people: pure rules.

The seed (row 35) names 24 policies in education, civil affairs, health and for the disabled, which are to reach all who
qualify; row 4 names ten haves, five for who can work and five for who cannot. Who qualifies and what covers him is
policy data: conditions over facts of the register, no code.
"""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, NamedTuple, get_args

from services.registry.households.rules import (
    Attribute,
    Grade,
    Health,
    Labour,
    SchoolPolicy,
    SchoolStatus,
    SupportPolicy,
)
from services.registry.measures.rules import Kind

Area = Literal["education", "civil_affairs", "health", "disabled"]
AREAS: tuple[Area, ...] = get_args(Area)
Unit = Literal["person", "household"]
NOTHING: frozenset[str] = frozenset()


class Condition(NamedTuple):
    """Something that may be asked of a fact: a number at least or at most, yes or no, or one of the words of a list.

    `words`: those that it may ask for, None where another entry of the policy says which. `shared`: it is known of a
    household as a whole, or of what has many grounds, and says nothing of whom it was meant for.
    """

    fact: str
    ask: type[Any]
    holds: Callable[[Any, Any], bool]
    words: frozenset[str] | None = NOTHING
    shared: bool = False


def _from(fact: str, *, shared: bool = False) -> Condition:
    return Condition(fact, int, operator.ge, shared=shared)


def _to(fact: str, *, shared: bool = False) -> Condition:
    return Condition(fact, int, operator.le, shared=shared)


def _so(fact: str, *, shared: bool = False) -> Condition:
    return Condition(fact, bool, operator.is_, shared=shared)


def _one(fact: str, kind: Any, *, shared: bool = False) -> Condition:
    """Words stand in the policy as sentences know them: behind the name of the fact."""
    words = frozenset(f"{fact}_{word}" for word in get_args(kind))
    return Condition(fact, tuple, lambda value, words: value in words, words, shared=shared)


def _any(fact: str, words: frozenset[str] | None, *, shared: bool = False) -> Condition:
    return Condition(fact, tuple, lambda values, words: not values.isdisjoint(words), words, shared)


# Whatever a policy may ask. Of a person:
CONDITIONS: Mapping[str, Condition] = {
    "age_from": _from("age"),
    "age_to": _to("age"),
    "compulsory_age": _so("compulsory_age"),
    "school": _one("school", SchoolStatus),
    "person_health": _one("health", Health),
    "labour": _one("labour", Labour),
    "disability_level_to": _to("disability_level"),
    "work_months_from": _from("work_months"),
    "person_medical_insured": _so("medical_insured"),
    "person_pension_insured": _so("pension_insured"),
    "family_doctor": _so("family_doctor"),
    "chronic_card": _so("chronic_card"),
    "assistive_device": _so("assistive_device"),
    "rehabilitation": _so("rehabilitation"),
    "home_adapted": _so("home_adapted"),
    "income": _any("income", None),
    # Of his household:
    "attribute": _one("attribute", Attribute, shared=True),
    "house_grade": _one("house_grade", Grade, shared=True),
    "deep_poverty": _so("deep_poverty", shared=True),
    "moved_in": _so("moved_in", shared=True),
    "treated": _so("treated", shared=True),
    "able_from": _from("able", shared=True),
    "able_to": _to("able", shared=True),
    "adults_to": _to("adults", shared=True),
    "aged_from": _from("aged", shared=True),
    "aged_unpensioned_to": _to("aged_unpensioned", shared=True),
    "minors_from": _from("minors", shared=True),
    "out_of_school_to": _to("out_of_school", shared=True),
    "ill_from": _from("ill", shared=True),
    "ill_uninsured_to": _to("ill_uninsured", shared=True),
    "working_from": _from("working", shared=True),
    "skilled_from": _from("skilled", shared=True),
    "helped": _so("helped", shared=True),
    "supported": _so("supported", shared=True),
    "measure": _any("measure", frozenset(f"measure_{kind}" for kind in get_args(Kind)), shared=True),
}
Asked = bool | int | tuple[str, ...]
# All of them must hold.
Conditions = Mapping[str, Asked]


@dataclass(frozen=True, slots=True)
class Terms:
    """Who is entitled, and what counts as having it: any of the alternatives, each of conditions that all hold.

    `of` a person or a household; in force from `since` until before `until`, where the policy says so.
    """

    of: Unit
    entitled: tuple[Conditions, ...]
    covered: tuple[Conditions, ...]
    since: date | None = None
    until: date | None = None


Catalogue = Mapping[str, Terms]


@dataclass(frozen=True, slots=True)
class EntitlementPolicy:
    """The 24 policies by area, and the ten haves; `measure_counts_days`: how long help counts after it ended; the
    sources that departments attest incomes of; `support`: until when who got out is supported.

    Raises ValueError where one asks what nobody can know: an unknown fact, or a word that the fact never has; and where
    one stands in two areas.
    """

    education_policies: Catalogue
    civil_affairs_policies: Catalogue
    health_policies: Catalogue
    disabled_policies: Catalogue
    ten_haves: Catalogue
    measure_counts_days: int
    income_sources: Mapping[str, str]
    school: SchoolPolicy
    support: SupportPolicy

    def __post_init__(self) -> None:
        for name in (*(f"{area}_policies" for area in AREAS), "ten_haves"):
            terms = {code: _terms(code, said, self.income_sources) for code, said in getattr(self, name).items()}
            object.__setattr__(self, name, terms)
        codes = [code for area in AREAS for code in getattr(self, f"{area}_policies")]
        if twice := sorted({code for code in codes if codes.count(code) > 1}):
            raise ValueError(f"{', '.join(twice)} stands in two areas")

    def of(self, on: date) -> tuple["InForce", ...]:
        """The policies in force on a day, area by area, read once for all who are judged by them."""
        return tuple(
            InForce.read(area, code, terms)
            for area in AREAS
            for code, terms in getattr(self, f"{area}_policies").items()
            if (terms.since or on) <= on < (terms.until or date.max)
        )


class Question(NamedTuple):
    """A condition with what is asked of its fact."""

    name: str
    fact: str
    holds: Callable[[Any, Any], bool]
    asked: Asked


Alternatives = tuple[tuple[Question, ...], ...]


class InForce(NamedTuple):
    """A policy as it is asked; `personal`: of what covers it, what is known of a person himself."""

    area: Area | None
    code: str
    of: Unit
    entitled: Alternatives
    covered: Alternatives
    personal: Alternatives

    @staticmethod
    def read(area: Area | None, code: str, terms: Terms) -> "InForce":
        entitled, covered = (
            tuple(
                tuple(Question(n, CONDITIONS[n].fact, CONDITIONS[n].holds, asked) for n, asked in one.items())
                for one in alternatives
            )
            for alternatives in (terms.entitled, terms.covered)
        )
        personal = tuple(one for one in covered if not any(CONDITIONS[q.name].shared for q in one))
        return InForce(area, code, terms.of, entitled, covered, personal)


def _terms(code: str, said: Any, sources: Mapping[str, str]) -> Terms:
    if isinstance(said, Terms):
        return said
    strange = said.keys() - Terms.__dataclass_fields__.keys()
    if strange or said.get("of") not in get_args(Unit):
        raise ValueError(f"{code}: {', '.join(sorted(strange)) or 'of'} is none of an entitlement's terms")
    entitled, covered = (
        tuple(_conditions(code, alternative, sources) for alternative in said.get(name, ()))
        for name in ("entitled", "covered")
    )
    if not entitled or not covered:
        raise ValueError(f"{code}: who is entitled, and what covers it, is said")
    return Terms(said["of"], entitled, covered, said.get("since"), said.get("until"))


def _conditions(code: str, said: Mapping[str, Any], sources: Mapping[str, str]) -> Conditions:
    asked = {name: tuple(value) if isinstance(value, list) else value for name, value in said.items()}
    for name, value in asked.items():
        if name not in CONDITIONS:
            raise ValueError(f"{code}: {name} asks for a fact that nobody knows")
        condition = CONDITIONS[name]
        if type(value) is not condition.ask:
            raise ValueError(f"{code}: {name} does not ask for {value!r}")
        words = sources.keys() if condition.words is None else condition.words
        if isinstance(value, tuple) and not words >= set(value):
            raise ValueError(f"{code}: {name} never is {', '.join(sorted(set(value) - words))}")
    return asked
