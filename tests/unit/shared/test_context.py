"""Who acts: how far a caller's area reaches."""

import pytest

from shared.ground.context import Caller, Role


@pytest.mark.parametrize(
    ("role", "area", "inside"),
    [
        ("county", "140927", True),
        ("village", "140927200201", True),
        ("township", "140927201", False),
        ("helper", "140927200202", False),
        # As in the database, a token without an area reaches nothing; only a service by itself does.
        ("county", "", False),
        ("auditor", "", False),
        ("bank", "", False),
        ("system", "", True),
    ],
)
def test_a_division_lies_within_the_callers_area(role: Role, area: str, inside: bool) -> None:
    assert Caller("zhang", role, area).within("140927200201") is inside


def test_what_is_larger_than_the_area_does_not_lie_within_it() -> None:
    assert not Caller("zhang", "village", "140927200201").within("140927")
