"""What proves a move: a pure rule (domain notes 2.2 "key -> moved in")."""

from datetime import date


# Evidence: a photo and power used [choice]; nobody lives where no lamp was lit.
def report_refusal(key_handed_on: date, moved_in_on: date, power_kwh_x100: int, on: date) -> str | None:
    """Why a report of a move is not taken; None where it is."""
    if moved_in_on > on:
        return "shared.future_date"
    if moved_in_on < key_handed_on:
        return "relocation.moves.before_key"
    return None if power_kwh_x100 > 0 else "relocation.moves.no_power_used"
