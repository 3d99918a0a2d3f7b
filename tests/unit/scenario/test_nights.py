"""When a played night is over: nothing emitted is unpublished, nothing heard is behind, nothing is parked."""

from typing import Any

import pytest

from scenario.play import _emitted_at_rest


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
def test_a_night_ends_when_nothing_is_on_its_way(other: dict[str, Any], emitted: list[int] | None) -> None:
    assert _emitted_at_rest([status(3, household=0), other]) == emitted
