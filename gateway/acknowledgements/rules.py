"""When an acknowledgement is taken: pure rules."""

import re
from datetime import date

# A bare number as long as an ID number is taken for one, whether its check digit holds or not (mechanics 7).
_LIKE_A_PERSON = re.compile(r"(?<![0-9])[0-9]{17}[0-9Xx](?![0-9])")


def acknowledgement_refusal(*, known_event: bool, acted_on: date, on: date, reference: str) -> str | None:
    """Why it is not taken; None when it is."""
    if not known_event:
        return "event_unknown"
    if acted_on > on:
        return "future_date"
    return "personal_reference" if _LIKE_A_PERSON.search(reference) else None
