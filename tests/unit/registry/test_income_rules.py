"""What a household earned: statements hold all payers together, and a payment must not count twice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.exits.rules import ExitFacts, ExitPolicy, exit_decision
from services.registry.households.rules import (
    EARNED,
    UNNAMED,
    IncomeLine,
    income_year_of,
    is_stated,
    net_income_fen,
)

PAYERS = st.sampled_from(["pv:1", "entity:2", "post:3", "coop:4"])
AMOUNTS = st.integers(0, 10**6)


def lines(stated: dict[str, int], paid: dict[str, int], category: str = "property") -> list[IncomeLine]:
    return [IncomeLine(category, "statement", p, a) for p, a in stated.items()] + [
        IncomeLine(category, "payment", p, a) for p, a in paid.items()
    ]


@pytest.mark.parametrize(
    ("stated", "paid", "net"),
    [
        ({UNNAMED: 600}, {}, 600),
        ({UNNAMED: 600}, {"a": 300}, 600),
        ({UNNAMED: 600}, {"a": 300, "b": 300}, 600),
        ({UNNAMED: 600}, {"a": 400, "b": 300}, 700),
        ({UNNAMED: 300, "a": 300}, {"a": 250}, 550),
        ({UNNAMED: 300, "a": 300}, {"a": 350}, 650),
        ({UNNAMED: 300, "a": 300}, {"b": 200}, 600),
        ({UNNAMED: 300, "a": 300}, {"a": 300, "b": 400}, 700),
        ({UNNAMED: 0, "a": 300}, {"a": 0}, 0),
        ({}, {"a": 300}, 300),
        ({}, {}, 0),
    ],
)
def test_a_payment_lies_inside_what_was_stated(stated: dict[str, int], paid: dict[str, int], net: int) -> None:
    assert net_income_fen(lines(stated, paid)) == net


@pytest.mark.parametrize(
    ("attested", "stated", "paid", "net"),
    [
        ({"a:pension": 300}, {UNNAMED: 600}, {}, 300),
        ({"a:pension": 300, "b:subsidy": 50}, {UNNAMED: 600, "a": 100}, {}, 350),
        ({"a:pension": 300}, {}, {"p": 200}, 300),
        ({"a:pension": 300}, {UNNAMED: 600}, {"p": 200, "q": 200}, 400),
        ({"a:pension": 0}, {UNNAMED: 600}, {}, 0),
    ],
)
def test_what_is_attested_of_a_category_beats_what_was_stated_and_is_counted_once(
    attested: dict[str, int], stated: dict[str, int], paid: dict[str, int], net: int
) -> None:
    own = [IncomeLine("property", "attestation", payer, amount) for payer, amount in attested.items()]
    assert net_income_fen([*own, *lines(stated, paid)]) == net
    assert not is_stated(own)


def test_categories_do_not_mix_and_costs_come_from_statements_alone() -> None:
    stated = [
        IncomeLine("wage", "statement", UNNAMED, 100), IncomeLine("property", "statement", UNNAMED, 100),
        IncomeLine("business_cost", "statement", UNNAMED, 30),
    ]  # fmt: skip
    assert net_income_fen([*stated, IncomeLine("property", "payment", "a", 150)]) == 100 + 150 - 30
    assert net_income_fen([*stated, IncomeLine("wage", "payment", "a", 50)]) == 170


@given(st.dictionaries(PAYERS, AMOUNTS), AMOUNTS, st.sets(PAYERS), st.data())
def test_income_never_exceeds_the_truth_that_both_were_told_from(
    truth: dict[str, int], other: int, named: set[str], data: st.DataObject
) -> None:
    """A helper states the whole and names some payers; each payer has paid some part of what he pays, or all."""
    paid = {p: data.draw(st.integers(0, amount), label=p) for p, amount in truth.items() if data.draw(st.booleans())}
    told = {p: truth[p] for p in named & truth.keys()}
    stated = told | {UNNAMED: other + sum(truth.values()) - sum(told.values())}
    net = net_income_fen(lines(stated, paid))
    assert net <= other + sum(truth.values())
    if all(paid.get(p, told[p]) == told[p] for p in told):
        assert net == other + sum(truth.values()), "nothing that was stated is lost where payments agree with it"


@given(st.dictionaries(st.one_of(st.just(UNNAMED), PAYERS), AMOUNTS), st.dictionaries(PAYERS, AMOUNTS))
def test_payments_of_whom_nobody_named_raise_income_to_the_larger_alone(
    stated: dict[str, int], paid: dict[str, int]
) -> None:
    not_named = {p: a for p, a in paid.items() if p not in stated}
    named = sum(a for p, a in stated.items() if p != UNNAMED)
    whole = net_income_fen(lines(stated, not_named))
    assert whole == max(sum(stated.values()), named + sum(not_named.values()))
    assert net_income_fen(lines(stated, paid)) <= sum(stated.values()) + sum(paid.values())


@given(st.lists(st.sampled_from(EARNED), min_size=1), st.randoms(use_true_random=False))
def test_the_order_of_lines_says_nothing(categories: list[str], random: object) -> None:
    found = [x for c in categories[:1] for x in lines({UNNAMED: 5, "a": 3}, {"a": 2, "b": 4}, c)]
    mixed = list(found)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert net_income_fen(mixed) == net_income_fen(found)


def test_a_statement_and_a_payment_of_the_same_money_exit_nobody_whom_neither_would() -> None:
    """Two people, 3,000 yuan of their own and a dividend of 3,000: both tellings together are still below 6,670."""
    policy = ExitPolicy(333_500, 0, ("C", "D"))
    told, paid = lines({UNNAMED: 600_000}, {}), lines({}, {"entity:2": 300_000})
    for known in (told, told + paid, lines({UNNAMED: 300_000, "entity:2": 300_000}, {"entity:2": 300_000})):
        facts = ExitFacts(
            status="poor", members=2, income_year=2017, net_income_fen=net_income_fen(known), food_secure=True,
            clothing_secure=True, school_dropout=False, medical_insured=True, house_grade="A", safe_water=True,
            unfinished_major_illness=False, only_subsidies=False, awaits_relocation=False, open_objections=0,
        )  # fmt: skip
        assert exit_decision(facts, policy).missing == ["income"]


def test_who_was_only_paid_has_not_said_what_it_earns() -> None:
    assert not is_stated([])
    assert not is_stated(lines({}, {"a": 10**9}))
    assert is_stated(lines({UNNAMED: 0}, {"a": 1}))


def test_an_income_year_ends_with_september() -> None:
    from datetime import date

    days = (date(2016, 10, 1), date(2017, 9, 30), date(2017, 10, 1))
    assert [income_year_of(d) for d in days] == [2017, 2017, 2018]
