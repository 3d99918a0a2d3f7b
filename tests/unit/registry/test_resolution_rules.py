"""What a grant covers."""

from datetime import date

import pytest

from services.registry.resolutions.rules import Grant, grant_refusal, over_limit, resolve_refusal

TODAY = date(2017, 6, 1)
GRANT = Grant(["schooling"], id_numbers=False, ends_on=date(2017, 6, 2))
WIDE = Grant(["schooling", "insurance"], id_numbers=True, ends_on=date(2018, 1, 1))


@pytest.mark.parametrize(
    ("ends_on", "reason"),
    [
        (TODAY, "ends_before"),
        (date(2017, 6, 2), None),
        (date(2018, 6, 2), None),
        (date(2018, 6, 3), "ends_too_late"),
        (date(2099, 12, 31), "ends_too_late"),
    ],
)
def test_a_grant_ends_within_its_longest_term(ends_on: date, reason: str | None) -> None:
    assert grant_refusal(ends_on, TODAY, 366) == reason


@pytest.mark.parametrize(
    ("grant", "purpose", "on", "id_numbers", "reason"),
    [
        (GRANT, "schooling", TODAY, False, None),
        (GRANT, "schooling", date(2017, 6, 2), False, "no_grant"),
        (None, "schooling", TODAY, False, "no_grant"),
        (GRANT, "insurance", TODAY, False, "purpose_not_granted"),
        (GRANT, "schooling", TODAY, True, "id_numbers_not_granted"),
        (WIDE, "insurance", TODAY, True, None),
    ],
)
def test_a_grant_covers_no_more_than_it_says(
    grant: Grant | None, purpose: str, on: date, reason: str | None, *, id_numbers: bool
) -> None:
    code = resolve_refusal(grant, purpose, on, id_numbers=id_numbers)
    assert code == reason


@pytest.mark.parametrize(("asked", "wanted", "over"), [(0, 100, False), (400, 100, False), (401, 100, True)])
def test_the_limit_of_an_hour(asked: int, wanted: int, *, over: bool) -> None:
    assert over_limit(asked, wanted, 500) is over
