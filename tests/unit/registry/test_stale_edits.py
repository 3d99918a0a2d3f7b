"""When an edit of a household is stale."""

import pytest

from services.registry.households.rules import is_stale


@pytest.mark.parametrize(
    ("base", "own", "stale"),
    [(9, False, False), (8, False, True), (10, False, True), (9, True, False), (6, True, False), (5, True, True)],
)
def test_an_edit_goes_by_what_stands_or_by_what_its_sender_made_of_it(base: int, own: bool, stale: bool) -> None:
    assert is_stale(base, 9, 6, own=own) is stale
