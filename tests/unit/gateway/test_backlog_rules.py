"""When nothing is on its way: nothing emitted is unpublished, nothing heard is behind, nothing is parked, twice."""

from typing import Any

import pytest

from gateway.backlog.rules import at_rest, emitted_if_idle


def status(emitted: int, outbox: int = 0, parked: int = 0, **lag: int) -> dict[str, Any]:
    return {"emitted": emitted, "outbox_rows": outbox, "parked_keys": parked, "lag": lag}


@pytest.mark.parametrize(
    ("other", "emitted"),
    [
        (status(4, loan=0), [3, 4]),
        (status(4, 1, loan=0), None),
        (status(4, 0, 1, loan=0), None),
        (status(4, loan=0, flat=2), None),
        (status(0), [3, 0]),
    ],
    ids=["all arrived", "still in the outbox", "parked", "not applied yet", "listens to nobody"],
)
def test_a_service_is_idle_that_has_nothing_before_it(other: dict[str, Any], emitted: list[int] | None) -> None:
    assert emitted_if_idle([status(3, household=0), other]) == emitted


def test_the_county_is_at_rest_when_two_looks_find_it_idle_and_nothing_new() -> None:
    idle, busy = [status(3), status(4)], [status(3), status(4, loan=1)]
    assert at_rest(idle, idle)
    assert not at_rest(busy, idle)
    assert not at_rest(idle, busy)
    assert not at_rest(idle, [status(3), status(5)]), "something was emitted between the looks"
