"""The checks of the chaos suite find what they are there to find, and nothing in a run that was right."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from deploy.local.processes import ROOT
from services.__main__ import find
from tests.chaos.checks import (
    Fact,
    Finding,
    check_acknowledged,
    check_applied,
    check_emitted,
    check_ledger,
    check_log,
    check_reads,
    check_rows,
    check_told,
    read_of,
)
from tests.chaos.evidence import CONSUMES
from tests.chaos.folds import deeds, findings, holds, households, income_lines, loans_known, measures
from tests.chaos.journal import Journal, read_journal, tell
from tests.chaos.mutants import CODE, NoMutantError, mutated

PLACE = ("finance.loan", "k")


def fact(sequence: int, kind: str = "finance.loan_disbursed.v1", key: str = "k", **data: Any) -> Fact:
    return Fact("finance.loan", key, 1, sequence, f"{key}{sequence}", kind, "2017-10-10", data)


SENT = [fact(1), fact(2), fact(3)]


def kinds(found: list[Finding]) -> list[str]:
    return [f.kind for f in found]


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (SENT, []),
        (SENT[:2], ["lost"]),
        ([*SENT, fact(2)], ["doubled"]),
        ([*SENT, fact(4)], ["different"]),
    ],
)
def test_every_number_leaves_once(sent: list[Fact], expected: list[str]) -> None:
    assert kinds(check_emitted({PLACE: 3}, sent)) == expected


@pytest.mark.parametrize(
    ("log", "on_kafka", "fenced"),
    [
        ([1, 2, 3], [], []),
        ([1, 2], ["lost"], ["lost"]),
        ([1, 3, 2], ["reordered"], ["reordered", "reordered"]),
        # A successor says again what its predecessor did not move, and goes on.
        ([1, 2, 1, 2, 3], [], []),
        ([1, 2, 1, 1, 2, 3], [], []),
        # A zombie says something again behind what follows it.
        ([1, 2, 1, 3], [], ["reordered"]),
        ([1, 2, 3, 2], [], ["reordered"]),
        ([1, 2, 3, 4], ["different"], ["different"]),
    ],
)
def test_a_log_keeps_every_fact_in_order(log: list[int], on_kafka: list[str], fenced: list[str]) -> None:
    records = [fact(n) for n in log]
    assert kinds(check_log(SENT, records, fenced=False)) == on_kafka
    assert kinds(check_log(SENT, records, fenced=True)) == fenced


def test_a_mark_that_is_behind_or_ahead_is_found() -> None:
    emitted = {PLACE: 3, ("registry.village", "v"): 1}
    topics = ("finance.loan",)
    assert check_applied("industry", emitted, {PLACE: 3}, topics) == []
    assert kinds(check_applied("industry", emitted, {PLACE: 2}, topics)) == ["lost"]
    assert kinds(check_applied("industry", emitted, {}, topics)) == ["lost"]
    assert kinds(check_applied("industry", emitted, {PLACE: 4}, topics)) == ["different"]


def test_rows_are_compared_one_by_one() -> None:
    assert check_rows("t", [("a", 1), ("b", 2)], [("b", 2), ("a", 1)]) == []
    assert kinds(check_rows("t", [("a", 1)], [("a", 2)])) == ["lost", "different"]
    assert kinds(check_rows("t", [("a", 1)], [("a", 1), ("a", 1)])) == ["doubled"]


def test_what_was_acknowledged_is_there_once() -> None:
    assert check_acknowledged("visit", {"a"}, ["a", "b"]) == []
    assert kinds(check_acknowledged("visit", {"a", "c"}, ["a"])) == ["lost"]
    assert kinds(check_acknowledged("serial", {"a"}, ["a", "a"])) == ["doubled"]


def test_a_journal_that_does_not_balance_is_found() -> None:
    balanced = [("j", 500, 0), ("j", 0, 500)]
    assert check_ledger(balanced) == []
    assert kinds(check_ledger([*balanced, ("k", 500, 0)])) == ["different"]
    assert kinds(check_ledger([*balanced, ("j", 500, 0)])) == ["different"]


@pytest.mark.parametrize(
    ("reads", "expected"),
    [
        ([(["a"], 1), (["a", "b"], 1), (["a", "b", "c"], 3)], []),
        ([(["b"], 0)], ["reordered"]),
        ([(["a", "c"], 0)], ["reordered"]),
        ([(["a"], 2)], ["lost"]),
        ([(["a", "b"], 0), (["a"], 0)], ["lost"]),
        ([(["a", "b", "c", "d"], 0)], ["reordered"]),
    ],
)
def test_every_read_is_a_prefix_and_none_shrinks(reads: list[tuple[list[str], int]], expected: list[str]) -> None:
    seen = [read_of("someone", "h", items, known) for items, known in reads]
    assert kinds(check_reads({"h": ["a", "b", "c"]}, seen)) == expected


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("1 2 3", []),
        ("2 1 3", []),  # other households
        ("1 2 1 3", []),  # again
        ("3 2 1", ["reordered"]),
        ("1 2", ["lost"]),
        ("1 2 3 4", ["different"]),
    ],
)
def test_a_subscriber_hears_every_exit_in_order(told: str, expected: list[str]) -> None:
    announced = [("x", "1"), ("y", "2"), ("x", "3")]
    heard = [({"1": "x", "2": "y", "3": "x", "4": "y"}[i], i) for i in told.split()]
    assert kinds(check_told("it", announced, heard, once=False)) == expected
    assert kinds(check_told("it", announced, [*announced, ("x", "1")], once=True)) == ["doubled"]


def test_folds_say_what_the_tables_hold() -> None:
    whole = {
        "division": "v", "status": "poor", "members": 3, "has_labour": True, "borrower_age_ok": True,
        "needs_accessible": False, "deep_poverty": False, "relocated": False,
    }  # fmt: skip
    facts = [
        fact(1, "registry.household_registered.v1", "h", **whole),
        fact(2, "registry.household_revised.v1", "h", **(whole | {"members": 2})),
        fact(3, "registry.household_exited.v1", "h", household_id="h", exit_id="e", exited_on="2017-12-01"),
        fact(1, household_id="h", loan_id="k", amount_fen=700, disbursed_on="2017-10-10"),
        fact(2, household_id="h", loan_id="k", amount_fen=300, disbursed_on="2017-10-12"),
        fact(3, "finance.loan_settled.v1", household_id="h", loan_id="k", settled_on="2017-11-01"),
        *(
            fact(
                n, "assessment.visit_recorded.v1", "h", household_id="h", visit_id=visit, visited_on="2017-10-11",
                findings=found,
            )
            for n, (visit, found) in enumerate((("w", ["loan_diverted", "uninsured"]), ("v", ["uninsured"])), 1)
        ),
        *(
            fact(
                n, "industry.payment_confirmed.v1", "h", household_id="h", payment_id=f"p{n}", payer="post:x",
                category="wage", amount_fen=10 * n, paid_on=f"2017-10-0{n}",
            )
            for n in (1, 2)
        ),
    ]  # fmt: skip
    assert households(facts) == [("h", "v", "exited", 2, True, True, False, False, False)]
    assert loans_known(facts) == [("k", "h", 1000, "settled")]
    assert measures(facts) == [("loan", "k", "h", date(2017, 10, 10), date(2017, 11, 1))]
    assert holds(facts) == [("k", "misuse_suspected", "misuse_suspected:k:w", date(2017, 10, 11))]
    assert findings(facts) == [("h", "uninsured", "open", date(2017, 10, 11), "v")]
    assert income_lines(facts) == [("h", 2018, "wage", "post:x", 30)]
    assert sorted((d[0], d[1]) for d in deeds(facts)) == [
        ("exit", "e"), ("loan", "k/2017-10-10"), ("loan", "k/2017-10-12"), ("payment", "p1"), ("payment", "p2"),
    ]  # fmt: skip


def test_a_half_written_line_is_no_line(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j")
    for line in (
        {"what": "intent", "kind": "visit", "name": "a", "body": {}},
        {"what": "acknowledged", "kind": "visit", "name": "a"},
        {"what": "intent", "kind": "visit", "name": "b", "body": {}},
    ):
        journal.write(line)
    journal.close()
    with (tmp_path / "j").open("a") as torn:
        torn.write(json.dumps({"what": "acknowledged", "kind": "visit", "name": "b"})[:-3])
    told = tell(read_journal(tmp_path / "j"))
    assert told.acknowledged == {"visit": {"a"}}
    assert told.open_acts() == ["visit/b"]


def test_the_suite_knows_who_listens_to_what() -> None:
    from gateway.service import SERVICE

    services = [*(find(name) for name in CONSUMES if name != "gateway"), SERVICE]
    assert {s.name: sorted(s.topics) for s in services} == {name: sorted(topics) for name, topics in CONSUMES.items()}


@pytest.mark.parametrize("name", CODE)
def test_every_mutant_still_applies(name: str) -> None:
    mutant = CODE[name]
    text = (ROOT / mutant.file).read_text(encoding="utf-8")
    assert mutated(text, mutant) != text
    with pytest.raises(NoMutantError):
        mutated(text.replace(mutant.old, ""), mutant)
