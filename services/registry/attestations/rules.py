"""Which facts a department answers for, and when it may attest one: pure rules.

Domain notes 4: a department attests or corrects its own trade's facts, and no other's; 9.14: rights follow its unit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.registry.overruled.rules import Words, value_on
from services.registry.record.rules import words_of

OF_HOUSEHOLD = (
    "attribute", "house_grade", "safe_water", "school_dropout", "medical_insured", "unfinished_major_illness",
)  # fmt: skip
OF_PERSON = (
    "education", "school_status", "health", "medical_insured", "pension_insured", "disability_level", "family_doctor",
    "chronic_card", "assistive_device", "rehabilitation", "home_adapted",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class TradePolicy:
    """By the unit of a department: the facts that it answers for, those of people as `person_<field>`; and, where it
    answers for some values of one alone, the words to or from which it may change that fact of a person.
    """

    department_facts: dict[str, list[str]]
    department_fact_words: dict[str, list[str]]


def is_of_trade(policy: TradePolicy, unit: str, field: str, *, of_person: bool) -> bool:
    return (f"person_{field}" if of_person else field) in policy.department_facts.get(unit, [])


def fields_of(policy: TradePolicy, unit: str) -> set[str]:
    """Whatever the unit answers for, of a household or of a person."""
    return {fact.removeprefix("person_") for fact in policy.department_facts.get(unit, [])}


def unfit(said: Mapping[str, Any], *, of_person: bool) -> list[str]:
    """Fields that nobody says of a person, or of a household."""
    return [field for field in said if field not in (OF_PERSON if of_person else OF_HOUSEHOLD)]


def of_other_trades(
    policy: TradePolicy, unit: str, said: Mapping[str, Any], words: Sequence[Words], since: date, *, of_person: bool
) -> list[str]:
    """Fields that another department answers for, or that this one may not change so; `words` are what is known."""
    return [
        field
        for field, value in said.items()
        if not is_of_trade(policy, unit, field, of_person=of_person)
        or (
            (only := _words_for(policy, unit, field))
            and not {_word(field, value), _word(field, value_on(words, field, since))} & only
        )
    ]


def _words_for(policy: TradePolicy, unit: str, field: str) -> set[str]:
    """Those to or from which alone the unit changes the field; none where it answers for whatever it says."""
    begins = _word(field, "")
    return {word for word in policy.department_fact_words.get(unit, ()) if begins and word.startswith(begins)}


def _word(field: str, value: Any) -> Any:
    return words_of(f"person_{field}", value)
