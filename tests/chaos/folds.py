"""What the facts of the log must have made of each consumer's tables, worked out without any service's code.

Each fold names the table by a query for the columns that follow from facts, and says which rows there must be.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from services import NAMES
from tests.chaos.checks import Fact, Row

FLAGS = ("has_labour", "borrower_age_ok", "needs_accessible", "deep_poverty", "relocated")
# What starts and what ends a measure of the register: kind, field of the source, field of the day.
STARTS = {
    "finance.loan_disbursed.v1": ("loan", "loan_id", "disbursed_on"),
    "industry.post_assigned.v1": ("post", "assignment_id", "started_on"),
}
ENDS = {
    "finance.loan_settled.v1": ("loan", "loan_id", "settled_on"),
    "industry.post_ended.v1": ("post", "assignment_id", "ended_on"),
}
# Help of which only payments tell: each is one day's.
PAID = {"pv_share": "pv", "forest_instalment": "forestry", "forest_labour": "forestry"}
# What of a visit's findings the register asks about, of all that the load's visitors say.
ASKED = {"uninsured"}
# How a fact becomes a deed: kind, fields of its name, day, amount.
DEEDS: dict[str, tuple[str, tuple[str, ...], str, str | None]] = {
    "registry.household_exited.v1": ("exit", ("exit_id",), "exited_on", None),
    "registry.member_removed.v1": ("death", ("household_id", "removed_on"), "removed_on", None),
    "finance.loan_disbursed.v1": ("loan", ("loan_id", "disbursed_on"), "disbursed_on", "amount_fen"),
    "industry.post_assigned.v1": ("post", ("assignment_id",), "started_on", "monthly_fen"),
    "industry.payment_confirmed.v1": ("payment", ("payment_id",), "paid_on", "amount_fen"),
}


@dataclass(frozen=True, slots=True)
class Fold:
    services: tuple[str, ...]
    table: str
    query: str
    rows: Callable[[Sequence[Fact]], list[Row]]


def households(facts: Sequence[Fact]) -> list[Row]:
    """The last whole word about each household, and what became of it since."""
    found: dict[str, dict[str, Any]] = {}
    for fact in facts:
        if fact.type in ("registry.household_registered.v1", "registry.household_revised.v1"):
            found[fact.key] = dict(fact.data)
        elif fact.type == "registry.household_exited.v1":
            found[fact.key]["status"] = "exited"
        elif fact.type == "registry.household_removed.v1":
            found[fact.key]["status"] = "removed"
    return [(i, h["division"], h["status"], h["members"], *(h[f] for f in FLAGS)) for i, h in found.items()]


def loans_known(facts: Sequence[Fact]) -> list[Row]:
    found: dict[str, list[Any]] = {}
    for fact in facts:
        if fact.type == "finance.loan_disbursed.v1":
            known = found.setdefault(fact.key, [fact.data["household_id"], 0, "disbursed"])
            known[1] += fact.data["amount_fen"]
        elif fact.type == "finance.loan_settled.v1":
            found[fact.key][2] = "settled"
    return [(loan, *known) for loan, known in found.items()]


def holds(facts: Sequence[Fact]) -> list[Row]:
    """The load tells of misuse, deaths and removals only of a loan that is paid out, and settles no such loan."""
    loans = {f.data["household_id"]: f.key for f in facts if f.type == "finance.loan_disbursed.v1"}
    found = set[Row]()
    for fact in facts:
        loan, data = loans.get(fact.data.get("household_id", "")), fact.data
        if loan and fact.type == "assessment.visit_recorded.v1" and "loan_diverted" in data["findings"]:
            found.add(
                (loan, "misuse_suspected", f"misuse_suspected:{loan}:{data['visit_id']}", _day(data["visited_on"]))
            )
        if loan and fact.type == "registry.member_removed.v1" and data["reason"] == "death":
            on = data["removed_on"]
            found.add((loan, "borrower_death", f"borrower_death:{loan}:{on}", _day(on)))
        if loan and fact.type == "registry.household_removed.v1":
            on = data["removed_on"]
            found.add((loan, "household_removed", f"household_removed:{loan}:{on}", _day(on)))
    return list(found)


def findings(facts: Sequence[Fact]) -> list[Row]:
    """The load answers none: what several visits saw is asked about once, as of the first of them."""
    first: dict[tuple[str, str], tuple[date, str]] = {}
    for fact in facts:
        if fact.type == "assessment.visit_recorded.v1":
            for code in ASKED.intersection(fact.data["findings"]):
                seen, one = (_day(fact.data["visited_on"]), fact.data["visit_id"]), (fact.data["household_id"], code)
                first[one] = min(first.get(one, seen), seen)
    return [(household, code, "open", *seen) for (household, code), seen in first.items()]


def measures(facts: Sequence[Fact]) -> list[Row]:
    found: dict[tuple[str, str], list[Any]] = {}
    for fact in facts:
        if fact.type in STARTS:
            kind, source, day = STARTS[fact.type]
            on, one = _day(fact.data[day]), (kind, fact.data[source])
            known = found.setdefault(one, [fact.data["household_id"], on, None])
            known[1] = min(known[1], on)
        if fact.type == "industry.payment_confirmed.v1" and fact.data.get("purpose") in PAID:
            on = _day(fact.data["paid_on"])
            found[PAID[fact.data["purpose"]], fact.data["payment_id"]] = [fact.data["household_id"], on, on]
        if fact.type in ENDS:
            kind, source, day = ENDS[fact.type]
            found[kind, fact.data[source]][2] = _day(fact.data[day])
    return [(*one, *known) for one, known in found.items()]


def deeds(facts: Sequence[Fact]) -> list[Row]:
    found = dict[Row, Row]()
    for fact in facts:
        if fact.type not in DEEDS or fact.data.get("reason", "death") != "death":
            continue
        kind, names, day, amount = DEEDS[fact.type]
        name = kind, "/".join(str(fact.data[n]) for n in names)
        fen = fact.data[amount] if amount else None
        found.setdefault(name, (*name, fact.data["household_id"], _day(fact.data[day]), fen))
    return list(found.values())


def payments(facts: Sequence[Fact]) -> list[Row]:
    paid = [f.data for f in facts if f.type == "industry.payment_confirmed.v1" and f.data["category"] != "none"]
    return [
        (p["payment_id"], p["household_id"], _income_year(p["paid_on"]), p["category"], p["payer"], p["amount_fen"])
        for p in paid
    ]


def income_lines(facts: Sequence[Fact]) -> list[Row]:
    """What one payer paid a household in one year adds up to one line."""
    sums: dict[Row, int] = {}
    for _, household, year, category, payer, fen in set(payments(facts)):
        line = household, year, category, payer
        sums[line] = sums.get(line, 0) + fen
    return [(*line, fen) for line, fen in sums.items()]


def exits(facts: Sequence[Fact]) -> list[Row]:
    """In public they bear the county's name, and the id that the register gave them."""
    public = ("registry.household_exited.v1", "registry.village_exited.v1")
    return [(f.id, f.key, f.type.replace("registry.", "county.")) for f in facts if f.type in public]


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _income_year(text: str) -> int:
    """1 October to 30 September."""
    on = _day(text)
    return on.year + (on.month >= 10)


FOLDS = (
    Fold(
        tuple(name for name in NAMES if name != "registry"), "household",
        f"SELECT id::text, division, status, members, {', '.join(FLAGS)} FROM household", households,
    ),
    Fold(
        ("industry",), "loan_known",
        "SELECT loan_id::text, household_id::text, amount_fen, state FROM loan_known", loans_known,
    ),
    Fold(
        ("finance",), "loan_hold", "SELECT loan_id::text, kind, source_key, raised_on FROM loan_hold", holds,
    ),
    Fold(
        ("registry",), "visit_finding",
        "SELECT household_id::text, finding, state, found_on, visit_id::text FROM visit_finding", findings,
    ),
    Fold(
        ("registry",), "measure",
        "SELECT kind, source, household_id::text, started_on, ended_on FROM measure", measures,
    ),
    Fold(
        ("assessment",), "deed",
        "SELECT kind, source_key, household_id::text, happened_on, amount_fen FROM deed", deeds,
    ),
    Fold(
        ("registry",), "income_payment",
        "SELECT payment_id::text, household_id::text, income_year, category, payer, amount_fen FROM income_payment",
        payments,
    ),
    Fold(
        ("registry",), "income_line",
        "SELECT household_id::text, income_year, category, payer, amount_fen FROM income_line"
        " WHERE kind = 'payment' AND upper_inf(known)", income_lines,
    ),
    Fold(("gateway",), "exit_fact", "SELECT event_id, key, type FROM exit_fact", exits),
)  # fmt: skip
