"""What of a place's figures may be changed, and that one person alone changes none of a known place."""

from datetime import date

import pytest

from services.registry.divisions.rules import Place, place_changes
from services.registry.rolls.rules import Said, change_refusal, changed, last_of

ON = date(2017, 10, 9)
VILLAGE = Place("140927200201", date(2014, 1, 1), None, "甲村", "Jia", "village", poor_village=True, rural_people=100)


def said(**changes: object) -> Said:
    own = {"division": VILLAGE.code, "since": date(2017, 6, 1), "rural_people": 90, "poor_village": None}
    return Said(**own | changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("last", "word", "refusal"),
    [
        (VILLAGE, said(), None),
        (VILLAGE, said(rural_people=None, poor_village=False), None),
        (VILLAGE, said(since=date(2014, 1, 1)), None),
        (None, said(), "not_found"),
        (VILLAGE._replace(valid_to=date(2017, 1, 1)), said(), "not_found"),
        (VILLAGE, said(since=date(2017, 10, 10)), "future_date"),
        (VILLAGE, said(since=date(2013, 12, 31)), "later_known"),
        (VILLAGE, said(rural_people=100), "nothing_changes"),
        (VILLAGE, said(rural_people=100, poor_village=True), "nothing_changes"),
        (VILLAGE._replace(level="township"), said(poor_village=True), "not_a_village"),
    ],
)
def test_what_may_be_changed(last: Place | None, word: Said, refusal: str | None) -> None:
    assert change_refusal(last, word, ON) == refusal


def test_what_a_paper_does_not_say_stays() -> None:
    assert changed(VILLAGE, said()) == VILLAGE._replace(valid_from=date(2017, 6, 1), rural_people=90)
    fewer = changed(VILLAGE, said(rural_people=None, poor_village=False))
    assert (fewer.rural_people, fewer.poor_village) == (100, False)
    assert last_of([VILLAGE, fewer]) == fewer
    assert last_of([]) is None


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (VILLAGE._replace(valid_from=date(2017, 6, 1), name_zh="新甲村"), None),
        (VILLAGE._replace(valid_from=date(2017, 6, 1), rural_people=90), "by_two_persons"),
        (VILLAGE._replace(poor_village=False), "by_two_persons"),
        (VILLAGE._replace(valid_from=date(2010, 1, 1), valid_to=VILLAGE.valid_from, rural_people=7), "by_two_persons"),
        (VILLAGE._replace(code="140927200202", rural_people=7), None),
    ],
)
def test_one_person_alone_changes_no_figure_of_a_known_place(item: Place, reason: str | None) -> None:
    present = {VILLAGE.start: VILLAGE}
    assert place_changes([item], present, lambda _: True).refusals == [reason]
    assert place_changes([item], present, lambda _: True, by_two=True).refusals == [None]
