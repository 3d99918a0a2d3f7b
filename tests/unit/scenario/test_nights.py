"""When a played night is over: nothing emitted is unpublished, nothing heard is behind."""

from typing import Any

import pytest

from scenario.play import _at_rest


def flow(emitted: dict[str, int], published: dict[str, int], applied: dict[str, int]) -> dict[str, Any]:
    return {"emitted": emitted, "published": published, "applied": applied}


@pytest.mark.parametrize(
    ("published", "applied", "over"),
    [
        ({"finance.loan": 3}, {"finance.loan": 3}, True),
        ({"finance.loan": 2}, {"finance.loan": 3}, False),
        ({"finance.loan": 3}, {"finance.loan": 2}, False),
        ({"finance.loan": 3}, {}, True),
    ],
    ids=["all arrived", "still in the outbox", "not applied yet", "nobody listens"],
)
def test_a_night_ends_when_nothing_is_on_its_way(
    published: dict[str, int], applied: dict[str, int], *, over: bool
) -> None:
    flows = [flow({"finance.loan": 3}, published, {}), flow({}, {}, applied)]
    assert all(_at_rest(one, flows) for one in flows) is over
