"""What giving up the old homestead is rewarded with: a pure rule.

10,000 yuan a person for the house taken down, 5,000 for the land reclaimed, on agreement and in time (domain notes
2.2 "Demolition reward", "Reclamation reward": S32; within a year of the move [known, choice]).
"""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from shared.values.verdicts import Reason, Rule, Verdict

Kind = Literal["demolition", "reclamation"]
State = Literal["standing", "demolition_reported", "demolished", "reclamation_reported", "reclaimed"]


@dataclass(frozen=True, slots=True)
class RewardFacts:
    """`members` as on the allocation's snapshot day; `done_on`: when the work was finished. `removed`: it has left the
    register since.
    """

    kind: Kind
    members: int
    agreed: bool
    moved_in_on: date
    done_on: date
    removed: bool = False


@dataclass(frozen=True, slots=True)
class RewardPolicy:
    demolition_fen_per_person: Annotated[int, "demolition_reward_fen_per_person"]
    reclamation_fen_per_person: Annotated[int, "reclamation_reward_fen_per_person"]
    days: Annotated[int, "reward_days_after_move"]


def reward_fen(facts: RewardFacts, policy: RewardPolicy) -> int:
    """What is due where the reward is approved."""
    each = {"demolition": policy.demolition_fen_per_person, "reclamation": policy.reclamation_fen_per_person}
    return each[facts.kind] * facts.members


def homestead_reward(facts: RewardFacts, policy: RewardPolicy) -> Verdict:
    """`approved` or `refused`; the figures of `amount` say how much."""
    days = (facts.done_on - facts.moved_in_on).days
    amount_fen = reward_fen(facts, policy)
    reasons = (
        # On agreement: the household signed to give the homestead up (S32).
        Reason("agreed", facts.agreed),
        # In time: within a year of the move [known, choice].
        Reason("in_time", days <= policy.days, {"days": days, "most_days": policy.days}),
        # In force from mid-2017 (S32).
        Reason("amount", amount_fen > 0, {"amount_fen": amount_fen, "members": facts.members}),
        # Whoever was struck or has died out is paid nothing. The reason stands only where it stops, so that what was
        # decided before it was asked comes out the same.
        *((Reason("household_registered", passed=False),) if facts.removed else ()),
    )
    return Verdict("approved" if all(r.passed for r in reasons) else "refused", reasons)


REWARD = Rule("relocation.homestead_reward", RewardFacts, RewardPolicy, homestead_reward, "docs/sources.md#s32")
