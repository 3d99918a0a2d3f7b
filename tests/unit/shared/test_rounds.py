"""Rounds: which stage lets a step pass on a day, how a case is opened within one or beside it, by when it is due."""

from datetime import date
from uuid import uuid4

import pytest
from pydantic import ValidationError

from services.registry.exits.actions import EXIT
from shared.acts.rounds import NO_STAGES, Entry, NewRound, Round, entry, stage_refusal, stages_of

VILLAGE = "140927200201"
STAGES = {
    "proposed": {"opens_on": "2017-10-01", "closes_on": "2017-10-20"},
    "reviewed": {"opens_on": "2017-10-21", "closes_on": "2017-10-31"},
}
ROUND = Round(uuid4(), "registry.exits", VILLAGE, 2017, STAGES, "2017-12", date(2017, 9, 20), "office")


@pytest.mark.parametrize(
    ("step", "on", "refusal"),
    [
        ("proposed", date(2017, 9, 30), "shared.stage_not_open"),
        ("proposed", date(2017, 10, 1), None),
        ("proposed", date(2017, 10, 20), None),
        ("proposed", date(2017, 10, 21), "shared.stage_over"),
        ("checked", date(2018, 5, 1), None),  # a step that the round says nothing of
    ],
)
def test_a_step_is_taken_within_its_stage_from_the_first_day_to_the_last(
    step: str, on: date, refusal: str | None
) -> None:
    assert stage_refusal(stages_of(ROUND), step, on) == refusal


def test_a_case_belongs_to_its_villages_round_or_says_why_not() -> None:
    inside, late = date(2017, 10, 5), date(2017, 11, 5)
    assert entry(ROUND, "proposed", inside, None) == Entry(ROUND.id, stages_of(ROUND))
    assert entry(ROUND, "proposed", inside, "missed") == Entry(ROUND.id, stages_of(ROUND))
    assert entry(ROUND, "proposed", late, None) == Entry(refusal="shared.outside_round")
    assert entry(ROUND, "proposed", late, "missed") == Entry()
    assert entry(None, "proposed", late, None) == Entry(), "a village without a round is led case by case"


def test_what_belongs_to_a_round_is_due_when_the_next_stage_closes() -> None:
    on = date(2017, 10, 5)
    assert EXIT.due_on("proposed", on) == date(2017, 10, 12)
    assert EXIT.due_on("proposed", on, stages=stages_of(ROUND)) == date(2017, 10, 31)
    assert EXIT.due_on("reviewed", on, stages=stages_of(ROUND)) == date(2017, 10, 12), "no stage: the table's days"
    assert EXIT.due_on("announced", on, stages=stages_of(ROUND)) is None
    assert EXIT.due_on("proposed", on, stages=NO_STAGES) == date(2017, 10, 12)


def test_a_stage_does_not_end_before_it_begins() -> None:
    backwards = [{"step": "proposed", "opens_on": "2017-10-20", "closes_on": "2017-10-19"}]
    body = {"id": str(uuid4()), "procedure": "registry.exits", "division": VILLAGE, "year": 2017, "document_no": "1"}
    with pytest.raises(ValidationError, match="a last day"):
        NewRound.model_validate(body | {"stages": backwards})
