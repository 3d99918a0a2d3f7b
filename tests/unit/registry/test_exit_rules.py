"""Does this household exit? Each condition alone must be able to say no."""

import ast
from dataclasses import fields, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import services.registry.exits as room
from services.registry.exits.rules import (
    EXIT_RULE,
    ExitFacts,
    ExitPolicy,
    exit_decision,
    income_year_for,
    meeting_carried,
    members_counted_on,
)
from services.registry.sources.rules import Word

POLICY = ExitPolicy(poverty_line_fen=333_500, stable_margin_fen=0, unsafe_house_grades=("C", "D"))
OUT = ExitFacts(
    status="poor", members=3, income_year=2017, net_income_fen=333_500 * 3 + 1, food_secure=True, clothing_secure=True,
    school_dropout=False, medical_insured=True, house_grade="B", safe_water=True, unfinished_major_illness=False,
    only_subsidies=False, awaits_relocation=False, open_objections=0,
)  # fmt: skip


def test_who_meets_everything_exits() -> None:
    assert exit_decision(OUT, POLICY).outcome == "approved"
    assert exit_decision(replace(OUT, status="returned"), POLICY).outcome == "approved"


@pytest.mark.parametrize(
    ("changed", "missing"),
    [
        ({"status": "exited"}, "status"),
        ({"net_income_fen": 333_500 * 3}, "income"),
        ({"net_income_fen": None}, "income"),
        ({"members": 0}, "income"),
        ({"members": 4}, "income"),
        ({"food_secure": False}, "food"),
        ({"food_secure": None}, "food"),
        ({"clothing_secure": None}, "clothing"),
        ({"school_dropout": True}, "education"),
        ({"school_dropout": None}, "education"),
        ({"medical_insured": False}, "medical"),
        ({"house_grade": "C"}, "housing"),
        ({"house_grade": "D"}, "housing"),
        ({"house_grade": None}, "housing"),
        ({"safe_water": False}, "water"),
        ({"unfinished_major_illness": True}, "illness"),
        ({"unfinished_major_illness": None}, "illness"),
        ({"only_subsidies": True}, "subsidies"),
        ({"awaits_relocation": True}, "relocation"),
        ({"open_objections": 1}, "objections"),
        ({"frozen": True}, "frozen"),
        ({"open_findings": 1}, "findings"),
    ],
)
def test_one_condition_is_enough_to_stay(changed: dict[str, Any], missing: str) -> None:
    verdict = exit_decision(replace(OUT, **changed), POLICY)
    assert (verdict.outcome, verdict.missing) == ("refused", [missing])


@pytest.mark.parametrize("name", [f.name for f in fields(ExitFacts) if "None" in str(f.type)])
def test_what_is_not_known_is_not_passed_and_says_so(name: str) -> None:
    unknown: dict[str, Any] = {name: None}
    verdict = exit_decision(replace(OUT, **unknown), POLICY)
    (reason,) = [r for r in verdict.reasons if not r.passed]
    assert (verdict.outcome, reason.figures["known"]) == ("refused", False)
    assert all(r.figures.get("known", True) for r in exit_decision(OUT, POLICY).reasons)


def test_the_line_is_compared_exactly() -> None:
    """Three people at 3,335.00 yuan: a fen among them decides, which a per-capita figure would round away."""
    line = 333_500 * 3
    assert [
        exit_decision(replace(OUT, net_income_fen=line + more), POLICY).outcome for more in (-1, 0, 1)
    ] == ["refused", "refused", "approved"]  # fmt: skip


def test_a_margin_moves_the_line() -> None:
    with_margin = replace(POLICY, stable_margin_fen=1)
    assert exit_decision(OUT, with_margin).missing == ["income"]
    assert exit_decision(replace(OUT, net_income_fen=333_501 * 3), with_margin).missing == ["income"]
    assert exit_decision(replace(OUT, net_income_fen=333_501 * 3 + 1), with_margin).missing == []


@given(income=st.integers(0, 10**9), more=st.integers(0, 10**9))
def test_more_income_never_keeps_a_household_in(income: int, more: int) -> None:
    first = exit_decision(replace(OUT, net_income_fen=income), POLICY).outcome
    later = exit_decision(replace(OUT, net_income_fen=income + more), POLICY).outcome
    assert (first, later) != ("approved", "refused")


@pytest.mark.parametrize(
    ("votes", "carried"),
    [
        ((30, 20, 11), True),
        ((30, 19, 19), False),
        ((30, 20, 10), False),
        ((30, 31, 31), False),
        ((30, 0, 0), False),
        ((3, 2, 2), True),
    ],
)
def test_two_thirds_come_and_most_of_them_agree(votes: tuple[int, int, int], *, carried: bool) -> None:
    assert meeting_carried(*votes, 666_666) is carried


def test_the_income_year_is_the_calendar_years() -> None:
    assert [income_year_for(date(2017, m, 1)) for m in (1, 9, 10, 12)] == [2017] * 4
    assert members_counted_on(date(2017, 6, 1)) == date(2017, 6, 1)
    assert members_counted_on(date(2017, 12, 1)) == date(2017, 9, 30)


def test_a_stored_decision_comes_out_the_same() -> None:
    for facts in (OUT, replace(OUT, net_income_fen=None, house_grade=None)):
        assert EXIT_RULE.replay(EXIT_RULE.inputs(facts, POLICY)) == exit_decision(facts, POLICY)


def test_what_was_decided_before_there_were_freezes_and_findings_comes_out_the_same() -> None:
    old = EXIT_RULE.inputs(OUT, POLICY)
    del old["facts"]["frozen"], old["facts"]["open_findings"]
    assert EXIT_RULE.replay(old) == exit_decision(OUT, POLICY)
    assert [r.code for r in exit_decision(OUT, POLICY).reasons][-1] == "objections"


WEIGHING = replace(
    POLICY,
    word_weights={"takeover": 1, "statement": 1, "visit": 1, "payment": 1, "attestation": 2},
    exit_words_weight=2,
)
OVER, UNDER = 333_500 * 3 + 1, 333_500 * 3
EARLY, DAY, LATE = date(2017, 10, 4), date(2017, 10, 5), date(2017, 10, 6)
SAID = replace(
    OUT,
    income_words=(Word("statement", OVER, DAY), Word("payment", OVER, EARLY)),
    house_words=(Word("takeover", "A", EARLY), Word("visit", "B", DAY)),
)


@pytest.mark.parametrize(
    ("changed", "missing"),
    [
        ({}, []),
        ({"income_words": (Word("attestation", OVER, DAY),)}, []),
        ({"house_words": (Word("attestation", "B", DAY),)}, []),
        ({"income_words": (Word("statement", OVER, DAY),)}, ["income_sources"]),
        ({"income_words": (Word("statement", OVER, DAY), Word("payment", UNDER, LATE))}, ["income_sources"]),
        ({"income_words": (Word("statement", OVER, DAY), Word("statement", UNDER, DAY))}, ["income_sources"]),
        ({"income_words": ()}, ["income_sources"]),
        # A department knows a part: that it does not suffice alone speaks against nobody.
        ({"income_words": (Word("statement", OVER, DAY), Word("attestation", UNDER, LATE))}, ["income_sources"]),
        ({"income_words": (*SAID.income_words, Word("attestation", UNDER, LATE))}, []),
        ({"house_words": (Word("visit", "A", DAY), Word("takeover", "A", DAY), Word("attestation", "C", LATE))},
         ["house_sources"]),
        ({"house_words": (Word("visit", "B", DAY), Word("takeover", "C", EARLY))}, ["house_sources"]),
        # Between the two somebody saw it otherwise: what was said until then counts no more.
        ({"house_words": (Word("takeover", "A", EARLY), Word("visit", "C", DAY), Word("visit", "A", LATE))},
         ["house_sources"]),
        ({"income_words": (Word("visit", OVER, LATE), Word("visit", UNDER, EARLY), Word("payment", OVER, DAY))}, []),
        # Of what does not hold anyway it is not asked how well it is known.
        ({"house_words": (), "house_grade": "C"}, ["housing"]),
        ({"income_words": (), "net_income_fen": UNDER}, ["income"]),
    ],
)  # fmt: skip
def test_nobody_exits_on_one_persons_word(changed: dict[str, Any], missing: list[str]) -> None:
    assert exit_decision(replace(SAID, **changed), WEIGHING).missing == missing


def test_policy_says_whether_a_departments_word_bears_out_the_whole() -> None:
    partly = replace(SAID, income_words=(Word("statement", OVER, DAY), Word("attestation", UNDER, LATE)))
    for attested_income, missing in (("category", ["income_sources"]), ("whole", [])):
        assert exit_decision(partly, replace(WEIGHING, attested_income=attested_income)).missing == missing


def test_what_was_decided_before_words_were_weighed_comes_out_the_same() -> None:
    old = EXIT_RULE.inputs(OUT, POLICY)
    for inputs, names in (
        ("facts", ("income_words", "house_words")),
        ("policy", ("word_weights", "exit_words_weight", "attested_income")),
    ):
        for name in names:
            del old[inputs][name]
    assert EXIT_RULE.replay(old) == exit_decision(OUT, POLICY)
    new = EXIT_RULE.inputs(SAID, WEIGHING)
    assert EXIT_RULE.replay(new) == exit_decision(SAID, WEIGHING)


def test_exits_know_nothing_of_targets() -> None:
    """Whom a plan would like to see out must not matter to who is."""
    for path in Path(room.__path__[0]).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not [n for n in names if "target" in n], path.name
