"""When the clock may be set."""

from datetime import date


def clock_refusal(mode: str, wanted: date, today: date) -> str | None:
    """Why the business date may not be set so, or None. That it never goes backwards is the table's matter.

    A date to come could never be taken back, and every act after it would be dated wrongly.
    """
    if mode != "scenario":
        return "gateway.clock.wall"
    if wanted > today:
        return "gateway.clock.future"
    return None
