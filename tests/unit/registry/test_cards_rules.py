"""When a card is handed over, and who signs for it."""

from datetime import date

import pytest

from services.registry.cards.rules import Signer, handing_refusal, signer_refusal

BEGUN, DAY = date(2017, 10, 24), date(2017, 10, 30)


@pytest.mark.parametrize(
    ("struck", "handed_on", "refusal"),
    [
        (False, BEGUN, None),
        (False, DAY, None),
        (True, DAY, "shared.household_removed"),
        (False, date(2017, 10, 31), "future_date"),
        (False, date(2017, 10, 23), "registry.households.before_registration"),
    ],
)
def test_a_card_is_handed_over_once_the_household_is_registered(
    struck: bool, handed_on: date, refusal: str | None
) -> None:
    assert handing_refusal(struck=struck, registered_on=BEGUN, handed_on=handed_on, on=DAY) == refusal


@pytest.mark.parametrize(
    ("signer", "refusal"),
    [
        (None, "not_in_household"),
        (Signer(own=False, born_on=date(1970, 1, 1)), "not_in_household"),
        (Signer(own=True, born_on=date(1999, 10, 31)), "under_age"),
        (Signer(own=True, born_on=date(1999, 10, 30)), None),
    ],
)
def test_one_of_the_household_who_is_of_age_signs(signer: Signer | None, refusal: str | None) -> None:
    assert signer_refusal(signer, DAY) == refusal
