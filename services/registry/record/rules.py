"""Whose word each fact of a household is: pure rules.

A version of facts names what it said itself (`own`); the rest it carries from the one before. Where a table does not
keep that, what differs from the version before was said by it.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from services.registry.households.rules import LAND

# What is told of how a household lives, and of each of its people, in this order.
OF_HOUSEHOLD = (
    "attribute", "main_cause", "other_causes", "deep_poverty", "natural_village", "house_area_m2_x100", "house_grade",
    "safe_water", "electricity", "food_secure", "clothing_secure", "school_dropout", "medical_insured",
    "unfinished_major_illness", "only_subsidies", *LAND, "road_m",
)  # fmt: skip
OF_PERSON = (
    "name", "sex", "born_on", "relation", "ethnicity", "education", "school_status", "health", "labour", "work_place",
    "work_months", "medical_insured", "pension_insured", "disability_level", "family_doctor", "chronic_card",
    "assistive_device", "rehabilitation", "home_adapted",
)  # fmt: skip
OF_CONTACT = ("phone", "account")
Version = Mapping[str, Any]


class Said(NamedTuple):
    """A field, what is held for true of it, and the version that said so."""

    field: str
    value: Any
    source: Version


def source_of(field: str, versions: Sequence[Version]) -> Version:
    """The last version that said the field itself; what none of them did the first one brought along."""
    for before, version in zip(reversed(versions[:-1]), reversed(versions[1:]), strict=True):
        own = version.get("own")
        if field in own if own is not None else version[field] != before[field]:
            return version
    return versions[0]


def facts_of(fields: Sequence[str], versions: Sequence[Version]) -> Iterator[Said]:
    """What the last of the versions, in the order of their days, holds; what nobody knows is no fact."""
    for field in fields:
        value = versions[-1][field]
        if field == "other_causes":
            value = value["codes"]
        if value not in (None, "", []):
            yield Said(field, value, source_of(field, versions))


def unit_of(said: Said) -> str | None:
    """The unit of the department that attested it; None where none did."""
    unit: str | None = said.source.get("attested", {}).get(said.field)
    return unit


# One code word means something else of another field: what it says stands under both.
WORDS = {
    "attribute": "attribute", "main_cause": "cause", "other_causes": "cause", "person_sex": "sex",
    "person_relation": "relation", "person_education": "education", "person_school_status": "school",
    "person_health": "health", "person_labour": "labour", "person_work_place": "work",
}  # fmt: skip


def words_of(field: str, value: Any) -> Any:
    """A value as its sentence looks it up."""
    if field not in WORDS:
        return value
    return [f"{WORDS[field]}_{v}" for v in value] if isinstance(value, list) else f"{WORDS[field]}_{value}"
