"""The engine's judgement without a database: order, persons, offices, days, versions."""

from datetime import date
from importlib import import_module
from itertools import pairwise
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import pytest

from services import NAMES
from shared.acts.procedures import Procedure, Step, by_bureaus, step_refusal
from shared.data.relations import table
from shared.ground.context import Act, Caller

ON = date(2017, 10, 10)


class Well(NamedTuple):
    id: UUID
    household_id: UUID
    division: str
    state: str
    dug_by: str
    tested_by: str | None
    dry_until_on: date | None
    procedure_version: int
    since_on: date
    due_on: date | None


OLD = (Step("open", "dug", ("village",), ("dug_by",), "tested"),)
NEW = (
    Step("tested", "dug", ("township",), ("dug_by",), "tested", sets=("dry_until_on",), days=3),
    Step("open", "tested", ("village",), waits_for="dry_until_on", days=2),
)
WELLS = Procedure("registry.wells", table("well", Well), (OLD, NEW))
AREAS = {"village": "140927200201", "township": "140927200", "department": "140927"}


def act(subject: str = "b", role: Any = "township", unit: str = "") -> Act:
    return Act(Caller(subject, role, AREAS[role], unit=unit), ON)


def well(**changes: Any) -> Well:
    return WELLS.opened(act(), "dug", id=uuid4(), household_id=uuid4(), division="1", dug_by="a")._replace(**changes)


def test_a_new_case_begins_under_the_newest_table() -> None:
    assert (well().procedure_version, well().since_on, well().due_on) == (2, ON, date(2017, 10, 13))


@pytest.mark.parametrize(
    ("changes", "step", "by", "refusal"),
    [
        ({}, "tested", act(), None),
        ({}, "open", act(role="village"), "shared.wrong_state"),
        ({}, "tested", act("a"), "shared.same_person"),
        ({}, "tested", act(role="village"), "shared.wrong_role"),
        ({"state": "tested", "dry_until_on": date(2017, 10, 11)}, "open", act(role="village"), "shared.notice_running"),
        ({"state": "tested", "dry_until_on": ON}, "open", act(role="village"), None),
        # What began under the old table goes on by it: no test is asked of it.
        ({"procedure_version": 1}, "tested", act(), "shared.wrong_state"),
        ({"procedure_version": 1}, "open", act(role="village"), None),
        ({"procedure_version": 1}, "open", act("a", "village"), "shared.same_person"),
    ],
)
def test_who_may_take_which_step(changes: dict[str, Any], step: str, by: Act, refusal: str | None) -> None:
    assert step_refusal(WELLS, step, well(**changes), by) == refusal


@pytest.mark.parametrize(
    ("version", "by", "refusal"),
    [
        (2, act(role="department", unit="forestry"), None),
        (2, act(role="department", unit="finance"), "shared.wrong_unit"),
        (2, act(role="department", unit="water"), "shared.wrong_unit"),
        (2, act("a", "department", "forestry"), "shared.same_person"),
        (2, act(), "shared.wrong_role"),
        # What an office began, it ends.
        (1, act(), None),
        (1, act(role="department", unit="forestry"), "shared.wrong_role"),
    ],
)
def test_a_bureau_takes_its_step_and_no_other_does(version: int, by: Act, refusal: str | None) -> None:
    steps = (Step("tested", "dug", ("township",), ("dug_by",), "tested"),)
    procedure = Procedure("registry.wells", table("well", Well), (steps, by_bureaus(steps, tested="forestry")))
    assert step_refusal(procedure, "tested", well(procedure_version=version), by) == refusal


def test_a_step_without_units_is_any_departments() -> None:
    procedure = Procedure("registry.wells", table("well", Well), ((Step("tested", "dug", ("department",)),),))
    water = act(role="department", unit="water")
    assert step_refusal(procedure, "tested", well(procedure_version=1), water) is None


def test_what_is_not_there_and_what_is_frozen() -> None:
    case = well()
    assert step_refusal(WELLS, "tested", None, act()) == "shared.not_found"
    assert step_refusal(WELLS, "tested", case, act(), frozenset({case.household_id})) == "shared.frozen"


def test_by_when_a_case_should_go_on() -> None:
    assert WELLS.due_on("tested", ON) == date(2017, 10, 12)
    assert WELLS.due_on("tested", ON, {"dry_until_on": date(2017, 10, 20)}) == date(2017, 10, 22)
    assert WELLS.due_on("open", ON) is None
    assert WELLS.due_on("dug", ON, version=1) == date(2017, 10, 17)


STEPS = [
    (procedure, step)
    for service in NAMES
    for procedure in import_module(f"services.{service}.service").SERVICE.procedures
    for steps in procedure.versions
    for step in steps
]


@pytest.mark.parametrize(("procedure", "step"), STEPS, ids=lambda x: x.name)
def test_what_a_step_names_is_a_column_of_its_case(procedure: Procedure[Any], step: Step) -> None:
    """A signature whose columns are not there would be left out without a word."""
    columns, signed = {*procedure.case.shape}, {f"{step.signs}_by", f"{step.signs}_on"}
    assert {*step.not_by, *step.sets, *filter(None, [step.waits_for, step.due])} <= columns
    assert not step.signs or signed & columns
    assert procedure.case.shape["state"].words == () or {step.name, step.after} <= {
        *procedure.case.shape["state"].words
    }


@pytest.mark.parametrize(("procedure", "step"), STEPS, ids=lambda x: x.name)
def test_a_step_is_called_in_both_languages(procedure: Procedure[Any], step: Step) -> None:
    assert step.zh, procedure.name
    assert step.en, procedure.name


@pytest.mark.parametrize("procedure", dict.fromkeys(p for p, _ in STEPS), ids=lambda p: p.name)
def test_a_version_says_something_else_than_the_one_before(procedure: Procedure[Any]) -> None:
    """`by_bureaus` with a step that is none would change nothing."""
    assert all(before != after for before, after in pairwise(procedure.versions))


@pytest.mark.parametrize(("procedure", "step"), STEPS, ids=lambda x: x.name)
def test_units_are_of_departments(procedure: Procedure[Any], step: Step) -> None:
    assert not step.units or "department" in step.roles, procedure.name


# Steps that check what others did before; the others post, hand over, sign or report.
CHECKING = {
    "reviewed", "checked", "township_checked", "approved", "verified", "confirmed", "accepted", "upheld", "published",
    "filed", "assigned", "released", "demolished", "reclaimed", "moved_in", "moves", "compared", "township_answered",
    "county_answered", "auditor_answered", "so", "looked_into", "dismissed", "different",
    "taken", "sound", "done", "fine", "here", "kept",
}  # fmt: skip
OTHERS = {
    "noticed", "consented", "announced", "agreed", "said", "ended", "key_handed", "reported", "demolition_reported",
    "reclamation_reported", "closed", "visited", "noticed_again", "entered", "told", "settled", "with_township",
    "with_county", "with_auditor", "suspected", "there", "right",
}  # fmt: skip
OPENED = {f"{word}_by" for word in (
    "proposed", "applied", "raised", "opened", "made", "recorded", "reported", "drafted", "told", "computed",
    "found", "handed_in", "drawn",
)}  # fmt: skip
# Of the same house, and not what is checked: who recorded that it stands, and who looked at the other work.
APART = {
    ("relocation.homesteads", "demolished"): {"recorded_by"},
    ("relocation.homesteads", "reclaimed"): {"recorded_by", "demolition_checked_by"},
}


def _before(steps: tuple[Step, ...], step: Step) -> set[Step]:
    """All steps that lead to this one."""
    found, states = set[Step](), {step.after}
    while fresh := {s for s in steps if s.name in states and s != step} - found:
        found |= fresh
        states |= {s.after for s in fresh}
    return found


def test_every_step_is_known_as_a_check_or_as_none() -> None:
    assert {step.name for _, step in STEPS} <= CHECKING | OTHERS
    assert not CHECKING & OTHERS


@pytest.mark.parametrize(
    ("procedure", "step"),
    [(p, s) for p, s in STEPS if s.name in CHECKING and s in p.versions[-1]],
    ids=lambda x: x.name,
)
def test_whoever_checks_is_nobody_whose_word_he_checks(procedure: Procedure[Any], step: Step) -> None:
    """In whatever office each stood: one person may have two."""
    checked = {f"{s.signs}_by" for s in _before(procedure.versions[-1], step) if s.name in CHECKING}
    makers = (OPENED | checked) & {*procedure.case.shape} - {f"{step.signs}_by"}
    assert makers - APART.get((procedure.name, step.name), set()) <= {*step.not_by}
    assert step.not_by
