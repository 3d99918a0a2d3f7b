"""Doors to screening: what of villages' and people's writing chance would hardly have written."""

from typing import Annotated

from fastapi import APIRouter

from services.registry.screening import actions
from services.registry.screening.rules import Found, alarmed
from services.registry.screening.schemas import ReviewerScreened, TestShown, VillageScreened
from shared.acts.bodies import Page
from shared.doors.http import CurrentPolicy, Reading, by
from shared.ground.context import Act
from shared.values.inputs import Area

router = APIRouter(prefix="/screenings", tags=["screening"])

Overseer = Annotated[Act, by("county", "auditor")]


@router.get("")
async def list_screenings(
    connection: Reading, act: Overseer, policy: CurrentPolicy, division: Area | None = None
) -> Page[VillageScreened]:
    """Each village of the county that wrote anything within the window, by code, with what each test found; of one
    township or village where it is named. Who is screened does not read it.
    """
    written = await actions.screen(connection, act, policy)
    return Page(
        items=[
            VillageScreened(division=code, alarm=alarmed(found), tests=_shown(found), **written.window._asdict())
            for code, found in written.villages.items()
            if code.startswith(division or "")
        ],
        next=None,
    )


@router.get("/reviewers")
async def list_screened_reviewers(connection: Reading, act: Overseer, policy: CurrentPolicy) -> Page[ReviewerScreened]:
    """Each person who stated, visited or looked within the window, by the subject of his login; never for one of
    them.
    """
    written = await actions.screen_reviewers(connection, act, policy)
    return Page(
        items=[
            ReviewerScreened(subject=one, alarm=alarmed(found), tests=_shown(found), **written.window._asdict())
            for one, found in written.reviewers.items()
        ],
        next=None,
    )


def _shown(found: tuple[Found, ...]) -> list[TestShown]:
    return [TestShown.model_validate(one, from_attributes=True) for one in found]
