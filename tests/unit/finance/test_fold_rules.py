"""A loan is a fold of its events: by day, then rank, then serial, never by arrival."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import permutations
from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.finance.effects.rules import Applied, EventPolicy, Posted
from services.finance.folds.rules import RANKS, Folded, fold, place, state_of
from services.finance.loans.rules import Coverage, LoanState, RatePolicy
from shared.values.dates import Period

POLICY = EventPolicy(
    ("penalty", "interest", "principal"), True, 1_500_000, 100_000, 100, RatePolicy(12, 43_500, 47_500)
)
TERMS = LoanState("approved", 5_000_000, 36, 47_500, date(2017, 3, 15))
DRAWN, QUARTER = date(2017, 3, 21), Period(date(2017, 3, 21), date(2017, 6, 21))


def event(serial: str, kind: str, on: date, **fields: object) -> Posted:
    made = Posted(kind, on, serial=serial, id=uuid5(UUID(int=0), serial))  # type: ignore[arg-type]
    return replace(made, **fields)  # type: ignore[arg-type]


YES = event("d", "decision", DRAWN, approved=True)
PAID_OUT = event("p", "disbursement", DRAWN, amount_fen=5_000_000)
INTEREST = event("i", "interest_settled", date(2017, 6, 20), amount_fen=60_694, period=QUARTER)
LATE = event("o", "overdue", date(2017, 6, 25), amount_fen=1_000_000, penalty_fen=500)
PART = event("r", "repayment", date(2017, 7, 1), amount_fen=1_000_500)
REST = event("R", "repayment", date(2017, 7, 2), amount_fen=4_000_000)
OVER = event("s", "settled", date(2017, 7, 2))
EARLY = event("e", "repayment", date(2017, 5, 1), amount_fen=1_000_000)
WHOLE = event("w", "repayment", date(2017, 7, 1), amount_fen=5_000_000)


def back(serial: str, of: str, on: date = date(2017, 7, 5)) -> Posted:
    return event(serial, "reversal", on, reverses=of)


def folded(*events: Posted, covered: Sequence[Coverage] = ()) -> Folded:
    return fold(TERMS, events, covered, lambda _: POLICY)


def stands(found: Folded, *events: Posted) -> dict[str, str]:
    """By serial the state, or why it is not applied."""
    told = {e.serial: state_of(found.outcomes[e.id]) for e in events}
    return {one: (code or state).removeprefix("finance.bank.") for one, (state, code) in told.items()}


def booked(found: Folded, events: Sequence[Posted]) -> dict[tuple[str, date], int]:
    """Balances by account and value day."""
    days, sums = {e.id: e.occurred_on for e in events}, dict[tuple[str, date], int]()
    for one, outcome in found.outcomes.items():
        for entry in outcome.entries if isinstance(outcome, Applied) else ():
            key = entry.account, days[one]
            sums[key] = sums.get(key, 0) + entry.debit_fen - entry.credit_fen
    return {key: fen for key, fen in sums.items() if fen}


def test_the_ranks_are_a_table_of_every_kind() -> None:
    assert list(RANKS) == [
        "decision", "disbursement", "interest_settled", "overdue", "repayment", "settled", "reversal",
    ]  # fmt: skip
    assert sorted(RANKS.values()) == list(range(7))


def test_of_one_day_and_rank_serials_are_compared_as_bytes() -> None:
    ordered = sorted((event(s, "settled", DRAWN) for s in ("b", "a", "B", "10", "9", "~", "!")), key=place)
    assert [e.serial for e in ordered] == ["!", "10", "9", "B", "a", "b", "~"]


@pytest.mark.parametrize(
    "events",
    [
        (PAID_OUT, YES, LATE, PART, INTEREST, OVER),
        (PAID_OUT, LATE, PART, INTEREST, REST, OVER),
        (PAID_OUT, INTEREST, WHOLE, OVER, back("x", "s"), back("y", "x", date(2017, 7, 6))),
        (PAID_OUT, INTEREST, EARLY, LATE, back("x", "o"), event("z", "settled", date(2017, 6, 1))),
    ],
)
def test_every_order_of_arrival_ends_in_the_same_loan(events: Sequence[Posted]) -> None:
    """Told one after the other: a fold goes on where it may, and begins anew where it must."""
    whole = folded(YES, *events)
    for order in permutations(events):
        assert told_in_turn((YES, *order)) == whole


def told_in_turn(order: Sequence[Posted]) -> Folded:
    """As the act does it (`services.finance.folds.actions`)."""
    found, known = Folded(TERMS, {}), list[Posted]()
    for one in order:
        behind = all(one.occurred_on > e.occurred_on for e in known)
        due_on = found.loan.due_on
        if behind and not found.waits and one.kind != "reversal" and (due_on is None or one.occurred_on <= due_on):
            more = fold(found.loan, [one], (), lambda _: POLICY)
            found = Folded(more.loan, {**found.outcomes, **more.outcomes})
        else:
            found = folded(*known, one)
        known.append(one)
    return found


DAYS = st.integers(0, 1200).map(lambda n: DRAWN + timedelta(days=n))
AMOUNTS = st.sampled_from([1, 500, 60_694, 1_000_000, 4_000_000, 5_000_000, 5_060_694])


@st.composite
def histories(draw: st.DrawFn) -> list[Posted]:
    made = [YES, PAID_OUT]
    for n in range(draw(st.integers(1, 14))):
        kind, on, fen = draw(st.sampled_from(list(RANKS))), draw(DAYS), draw(AMOUNTS)
        fields: dict[str, object] = {"amount_fen": fen}
        if kind == "decision":
            fields = {"approved": draw(st.booleans())}
        if kind == "interest_settled":
            fields["period"] = Period(on - timedelta(days=draw(st.integers(1, 92))), on)
        if kind == "reversal":
            fields = {"reverses": draw(st.sampled_from(["d", "p", *map(str, range(14))]))}
        made.append(event(str(n), kind, on, **fields))
    return list(draw(st.permutations(made)))


@given(histories())
def test_long_histories_end_alike_in_whatever_order_they_came(arrived: list[Posted]) -> None:
    whole = folded(*arrived)
    assert told_in_turn(arrived) == whole
    assert booked(whole, arrived) == booked(folded(*reversed(arrived)), arrived)
    loan = whole.loan
    assert loan.principal_fen == sum(m.amount_fen for m in loan.movements) >= 0
    assert booked_on(whole, arrived, "loan_principal") == loan.principal_fen
    assert booked_on(whole, arrived, "interest_receivable") == loan.interest_fen - loan.refund_fen
    assert booked_on(whole, arrived, "penalty_receivable") == loan.penalty_fen
    assert (loan.state == "overdue") == (loan.overdue_since is not None)


def booked_on(found: Folded, events: Sequence[Posted], account: str) -> int:
    return sum(fen for (name, _), fen in booked(found, events).items() if name == account)


def test_overdue_and_repaid_told_reversed_leaves_no_loan_overdue() -> None:
    loan = folded(PART, LATE, YES, PAID_OUT).loan
    assert (loan.state, loan.overdue_fen, loan.principal_fen) == ("disbursed", 0, 4_000_000)
    assert loan.spells == (Period(date(2017, 6, 25), date(2017, 7, 1)),)


def test_what_was_refused_is_asked_again_and_the_other_way_round() -> None:
    more = event("m", "repayment", date(2017, 7, 3), amount_fen=1_000_000)
    assert stands(folded(YES, PAID_OUT, REST, more), more) == {"m": "applied"}
    # An earlier one takes what is owed: the later one may not be any more, until that is taken back.
    first = event("f", "repayment", date(2017, 6, 1), amount_fen=500_000)
    assert stands(folded(YES, PAID_OUT, REST, more, first), first, more) == {"f": "applied", "m": "over_repayment"}
    again = folded(YES, PAID_OUT, REST, more, first, back("x", "f"))
    assert stands(again, first, more) == {"f": "reversed", "m": "applied"}


@pytest.mark.parametrize(
    ("reversals", "told"),
    [
        ((back("x", "w"),), {"w": "reversed", "x": "applied"}),
        ((back("x", "w"), back("y", "x", date(2017, 7, 6))), {"w": "applied", "x": "reversed", "y": "applied"}),
        ((back("x", "x"),), {"w": "applied", "x": "reverses_itself"}),
        ((back("x", "unknown"),), {"w": "applied", "x": "awaits_target"}),
        ((back("x", "w", date(2017, 6, 30)),), {"w": "applied", "x": "dates_reversed"}),
        ((replace(back("x", "elsewhere"), elsewhere=True),), {"w": "applied", "x": "reverses_other_loan"}),
        ((back("x", "w"), back("y", "w")), {"w": "reversed", "x": "applied", "y": "already_reversed"}),
        ((back("x", "y"), back("y", "x")), {"w": "applied", "x": "reversed", "y": "applied"}),
    ],
)
def test_banks_correct_themselves(reversals: Sequence[Posted], told: dict[str, str]) -> None:
    found = folded(YES, PAID_OUT, WHOLE, *reversals)
    assert stands(found, WHOLE, *reversals) == told


def test_a_settled_loan_opens_again_and_what_follows_waits() -> None:
    found = folded(YES, PAID_OUT, WHOLE, OVER, back("x", "w"))
    assert found.loan.state == "disbursed"
    assert stands(found, WHOLE, OVER) == {"w": "reversed", "s": "awaits_repayment"}
    assert folded(YES, PAID_OUT, WHOLE, OVER, back("x", "s")).loan.principal_fen == 0


def test_a_day_before_its_predecessors_is_refused_and_not_held() -> None:
    early = event("e", "repayment", date(2017, 3, 20), amount_fen=1)
    assert stands(folded(YES, early), early) == {"e": "awaits_disbursement"}
    assert stands(folded(early, YES, PAID_OUT), early) == {"e": "dates_reversed"}


def test_what_the_county_pays_is_not_the_households_and_what_it_refuses_is() -> None:
    told = (YES, PAID_OUT, INTEREST)
    checked = date(2017, 6, 26)
    paid = folded(*told, covered=[Coverage(checked, QUARTER, 60_694)]).loan
    assert (paid.interest_fen, paid.interest_owed_fen) == (0, 0)
    refused = folded(*told, covered=[Coverage(checked, QUARTER, 0)]).loan
    assert (refused.interest_fen, refused.interest_owed_fen) == (60_694, 60_694)
    lines = [Coverage(checked, QUARTER, 60_694), Coverage(date(2017, 9, 26), QUARTER, -33_645)]
    assert folded(*told, covered=lines).loan.interest_owed_fen == 33_645
    # A claim has its own day: a loan that was settled before it stays settled.
    repaid = event("w", "repayment", date(2017, 6, 22), amount_fen=5_000_000)
    settled = folded(*told, repaid, event("s", "settled", date(2017, 6, 22)), covered=[Coverage(checked, QUARTER, 0)])
    assert (settled.loan.state, settled.loan.interest_owed_fen) == ("settled", 60_694)


def test_who_repays_late_is_overdue_from_the_day_behind_the_due_day() -> None:
    terms = replace(TERMS, term_months=3)
    rest = event("w", "repayment", date(2017, 7, 1), amount_fen=5_000_000)
    found = fold(terms, [YES, PAID_OUT, rest], (), lambda _: POLICY)
    assert found.loan.spells == (Period(date(2017, 6, 22), date(2017, 7, 1)),)
