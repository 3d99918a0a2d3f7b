"""Whose word each fact is: the last version that said it, or the one that brought it along."""

from typing import Any

import pytest

from services.registry.record.rules import facts_of, source_of, words_of


def told(name: str, own: list[str] | None, **values: Any) -> dict[str, Any]:
    return {"name": name, "own": own, **values}


FACTS = [
    told("roster", [], house_grade="C", safe_water=False),
    told("visit", ["house_grade"], house_grade="C", safe_water=False),
    told("water office", ["safe_water"], house_grade="C", safe_water=True),
]
PEOPLE = [
    told("roster", None, relation="spouse", health="healthy"),
    told("death of the head", None, relation="head", health="healthy"),
    told("health office", None, relation="head", health="chronic"),
]


@pytest.mark.parametrize(
    ("versions", "field", "source"),
    [
        (FACTS, "house_grade", "visit"), (FACTS, "safe_water", "water office"), (FACTS[:1], "safe_water", "roster"),
        (FACTS[:2], "safe_water", "roster"), (PEOPLE, "relation", "death of the head"),
        (PEOPLE, "health", "health office"), (PEOPLE[:2], "health", "roster"),
    ],
)  # fmt: skip
def test_the_last_who_said_it_is_its_source(versions: list[dict[str, Any]], field: str, source: str) -> None:
    assert source_of(field, versions)["name"] == source


def test_what_nobody_knows_is_no_fact() -> None:
    versions = [
        told("roster", [], main_cause="illness", other_causes={"codes": []}, safe_water=None, electricity=False)
    ]
    fields = ("main_cause", "other_causes", "safe_water", "electricity")
    assert [(f.field, f.value) for f in facts_of(fields, versions)] == [
        ("main_cause", "illness"),
        ("electricity", False),
    ]


def test_a_word_is_looked_up_by_its_field() -> None:
    assert words_of("main_cause", "water") == "cause_water"
    assert words_of("other_causes", ["land", "funds"]) == ["cause_land", "cause_funds"]
    assert words_of("house_grade", "B") == "B"
