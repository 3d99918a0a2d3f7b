"""When keys are handed over, and what proves a move: pure rules (domain notes 2.2 "key -> moved in")."""

from datetime import date


# Seven days of notice after the draw, then the keys [known]; what a confirmed fraud touched stands still.
def key_refusal(state: str, notice_ends_on: date, on: date, *, frozen: bool) -> str | None:
    """Why the keys of an allocation stay where they are; None where they go."""
    if state != "allocated":
        return "relocation.moves.wrong_state"
    if on < notice_ends_on:
        return "relocation.moves.notice_running"
    return "relocation.moves.household_frozen" if frozen else None


# Evidence: a photo and power used [choice]; nobody lives where no lamp was lit.
def report_refusal(
    state: str, key_handed_on: date | None, moved_in_on: date, power_kwh_x100: int, on: date
) -> str | None:  # fmt: skip
    """Why a report of a move is not taken; None where it is."""
    if state != "key_handed" or key_handed_on is None:
        return "relocation.moves.wrong_state"
    if moved_in_on > on:
        return "relocation.moves.future_date"
    if moved_in_on < key_handed_on:
        return "relocation.moves.before_key"
    return None if power_kwh_x100 > 0 else "relocation.moves.no_power_used"
