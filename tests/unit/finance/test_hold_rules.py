"""What may become of a hold."""

import pytest

from services.finance.holds.rules import Hold, confirmation_refusal, release_refusal


@pytest.mark.parametrize(
    ("hold", "release", "confirm"),
    [
        (Hold("misuse_suspected", "system:finance", None, None), None, None),
        (Hold("borrower_death", "system:finance", None, None), None, "finance.holds.not_a_suspicion"),
        (Hold("dividend_missed", "system:finance", None, None), None, "finance.holds.not_a_suspicion"),
        (
            Hold("misuse_suspected", "system:finance", "qian", None),
            "shared.same_person",
            "finance.holds.already_confirmed",
        ),
        (Hold("misuse_suspected", "system:finance", "zhao", None), None, "finance.holds.already_confirmed"),
        (
            Hold("misuse_suspected", "system:finance", None, "zhao"),
            "finance.holds.already_released",
            "finance.holds.already_released",
        ),
        (Hold("misuse_suspected", "qian", None, None), "shared.same_person", "shared.same_person"),
    ],
)
def test_holds(hold: Hold, release: str | None, confirm: str | None) -> None:
    assert (release_refusal(hold, "qian"), confirmation_refusal(hold, "qian")) == (release, confirm)
