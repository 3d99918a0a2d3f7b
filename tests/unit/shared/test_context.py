"""Who acts: whom a token may name, and how far his area reaches."""

from typing import Any, get_args

import pytest

from shared.ground.context import AREAS, Caller, Role
from shared.ground.problems import Problem


@pytest.mark.parametrize(
    ("role", "area", "inside"),
    [
        ("county", "140927", True),
        ("village", "140927200201", True),
        ("township", "140927201", False),
        ("helper", "140927200202", False),
        # As in the database, a token without an area reaches nothing; only a service by itself does.
        ("subscriber", "", False),
        ("insurer", "", False),
        ("system", "", True),
    ],
)
def test_a_division_lies_within_the_callers_area(role: Role, area: str, inside: bool) -> None:
    subject = "system:registry" if role == "system" else "zhang"
    assert Caller(subject, role, area).within("140927200201") is inside


VILLAGE = "140927200201"


@pytest.mark.parametrize(
    "claims",
    [
        {"role": "root"}, {"role": ""}, {"role": "County"}, {"subject": ""}, {"subject": " zhang"},
        {"subject": "zh\x00ang"}, {"subject": "zhang\n"}, {"subject": "zh\u200bang"}, {"subject": "zh\u202eang"},
        {"subject": "\ud800"}, {"subject": "\ue000"}, {"subject": "z" * 201}, {"subject": "system:registry"},
        {"role": "village", "area": "14"}, {"role": "village", "area": "140927"}, {"role": "county", "area": VILLAGE},
        {"role": "county", "area": ""}, {"role": "auditor", "area": "140927200"}, {"role": "township", "area": ""},
        {"role": "helper", "area": VILLAGE, "bank": "xinhe"}, {"role": "bank", "area": ""},
        {"role": "entity", "area": "140927"}, {"role": "department", "area": "140927"},
        {"role": "villager", "area": VILLAGE}, {"role": "village", "area": VILLAGE, "person": "p1"},
        {"role": "system", "area": ""}, {"role": "bank", "area": "", "bank": "xin\x7fhe"},
    ],
)  # fmt: skip
def test_whom_no_token_may_name(claims: dict[str, Any]) -> None:
    with pytest.raises(Problem, match=r"shared\.token_invalid"):
        Caller(**{"subject": "zhang", "role": "county", "area": "140927"} | claims)


@pytest.mark.parametrize("subject", ["county\\-archive", "AD\\arch", "o'hara", "王芳", "a b", "%s", "$1", "--", "\\'"])
def test_a_subject_is_taken_as_it_is(subject: str) -> None:
    assert Caller(subject, "county", "140927").subject == subject


def test_every_role_has_its_areas() -> None:
    assert set(AREAS) == set(get_args(Role))


def test_what_is_larger_than_the_area_does_not_lie_within_it() -> None:
    assert not Caller("zhang", "village", VILLAGE).within("140927")
