"""`Retry-After`, as whoever cannot answer now says when (RFC 9110 10.2.3)."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

# Answers of which the header says when to ask again.
LATER = (429, 503)


def asked_wait(header: str, now: datetime, longest: timedelta) -> timedelta:
    """How long the header asks to wait from `now`: its seconds, or until its date, at most the `longest`.

    Zero for a date that is past, and for what is neither: nonsense must not keep anybody from being asked.
    """
    text = header.strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=min(float(text), longest.total_seconds()))
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return timedelta()
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return min(max(until - now, timedelta()), longest)
