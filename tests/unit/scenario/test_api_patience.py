"""How long a player waits before it asks again."""

from datetime import UTC, datetime

import pytest

from scenario.api import seconds_until_next_try

NOW = datetime(2017, 11, 20, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("attempt", "status", "retry_after", "seconds"),
    [
        (0, 502, "", 0.1),
        (3, 502, "", 0.8),
        (9, 502, "", 2),
        (0, 502, "30", 0.1),
        (0, 429, "1", 1),
        (9, 429, "1", 2),
        (0, 503, "Mon, 20 Nov 2017 08:00:07 GMT", 7),
        (0, 503, "3600", 60),
        (0, 503, "soon", 0.1),
    ],
)
def test_the_longer_of_what_doubles_and_what_is_asked(
    attempt: int, status: int, retry_after: str, seconds: float
) -> None:
    assert seconds_until_next_try(attempt, status, retry_after, NOW) == seconds
