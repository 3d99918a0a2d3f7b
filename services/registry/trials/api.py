"""The door to what another policy would change."""

from typing import Annotated

from fastapi import APIRouter

from services.registry.trials import actions
from services.registry.trials.schemas import LONGEST_LIST, TurnCounted, TurnedShown, WhatIf, WhatIfShown
from shared.acts.reasons import missing_shown
from shared.doors.http import CurrentPolicy, Reading, by
from shared.ground.context import Act

router = APIRouter(prefix="/policy-trials", tags=["trials"])


@router.post("")
async def try_policy(
    body: WhatIf, connection: Reading, policy: CurrentPolicy, act: Annotated[Act, by("county", "auditor")]
) -> WhatIfShown:
    """Who of a division would leave the list of the poor, or be held in it, and who that exited would no longer meet
    what is asked, by other figures of the policy. Nothing is decided, and nothing kept.
    """
    on = body.on or act.business_date
    figures = await actions.figures_of(connection, body.figures, body.change_id, on)
    households, turned = await actions.try_policy(connection, act, policy, figures, body.division, on)
    behind = [one for one in turned if body.after is None or one.home.id > body.after]
    shown = behind[:LONGEST_LIST]
    return WhatIfShown(
        division=body.division,
        on=on,
        policy_version=policy.version,
        households=households,
        counted=[TurnCounted(division=d, turn=t, households=h, people=p) for d, t, h, p in actions.by_township(turned)],
        turned=[
            TurnedShown(
                household_id=one.home.id,
                household_no=one.home.household_no,
                division=one.home.division,
                status=one.home.status,
                turn=one.turn,
                reasons=missing_shown(one.why),
            )
            for one in shown
        ],
        next=shown[-1].home.id if len(behind) > len(shown) else None,
    )
