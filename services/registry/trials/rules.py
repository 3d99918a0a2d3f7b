"""What another line, criterion or policy would turn: pure rules, which compare two verdicts on the same facts.

The rule asked is the exit rule (domain notes 2.1), once by the policy in force and once by the other; a notion of a
policy before it is signed (9.13) touches nothing.
"""

from typing import Literal, get_args

from shared.values.verdicts import Reason, Verdict

# Of who counts as poor: would be let go, and would no longer be. Of who has exited: would no longer meet what is asked,
# and would now.
Turn = Literal["leave", "stay", "return", "hold"]
TURNS: tuple[Turn, ...] = get_args(Turn)
# Who has exited cannot exit: that he is out is no condition that a policy turns.
STANDING = "status"


def _meets(verdict: Verdict) -> bool:
    return not {*verdict.missing} - {STANDING}


def turn_of(before: Verdict, after: Verdict) -> Turn | None:
    """None where the other policy changes nothing for the household."""
    was, would = _meets(before), _meets(after)
    if was == would:
        return None
    if STANDING in before.missing:
        return "hold" if would else "return"
    return "leave" if would else "stay"


def turned_by(before: Verdict, after: Verdict) -> list[Reason]:
    """The conditions that turn it, as the policy says them that they stand against."""
    was, would = {*before.missing}, {*after.missing}
    told = after if _meets(before) else before
    return [reason for reason in told.reasons if reason.code in was ^ would and not reason.passed]
