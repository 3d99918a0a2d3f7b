"""Somebody as the register takes him down: his name, and the number that says sex and birth."""

from typing import Any

import pytest
from pydantic import ValidationError

from services.registry.households.schemas import NewPerson
from tests.roster_file import number

USUAL: dict[str, Any] = {
    "name": "阿依古丽·买买提", "number": number(), "ethnicity": "汉族", "education": "primary", "school_status": "none",
    "health": "healthy", "labour": "ordinary", "medical_insured": True, "pension_insured": True,
}  # fmt: skip


def test_names_and_numbers_as_people_have_them() -> None:
    assert NewPerson(**USUAL | {"name": "𠮷𩸽"}).name == "𠮷𩸽"
    lower = NewPerson(**USUAL | {"number": "14099919700101001x"[:17] + number()[17:].lower()})
    assert lower.number == number()
    certificate = NewPerson(**USUAL | {"number": number() + "43"})
    assert (certificate.number, certificate.identity) == (number() + "43", number())


@pytest.mark.parametrize(
    ("wrong", "kind"),
    [
        ({"number": "140999197001010011"}, "no_id_number"),
        ({"number": number()[:17] + "１"}, "no_id_number"),
        ({"number": number() + "99"}, "no_id_number"),
        ({"number": "14099919700101"}, "string_too_short"),
        ({"name": "张3"}, "figures_in_name"),
        ({"name": ""}, "string_too_short"),
    ],
)
def test_what_is_nobodys_is_refused(wrong: dict[str, str], kind: str) -> None:
    with pytest.raises(ValidationError) as refused:
        NewPerson(**USUAL | wrong)
    assert [e["type"] for e in refused.value.errors()] == [kind]
