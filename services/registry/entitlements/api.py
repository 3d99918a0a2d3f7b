"""Doors to entitlements: of one household, of each village, and who stands behind a figure."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.registry.catalogue.rules import Area, EntitlementPolicy
from services.registry.disclosures.api import OpenedBy
from services.registry.entitlements import lists
from services.registry.entitlements.lists import Judged
from services.registry.entitlements.rules import Coverage
from services.registry.entitlements.schemas import (
    BehindShown,
    Entitlements,
    EntitlementShown,
    GapCount,
    HaveShown,
    VillageGaps,
)
from shared.acts.bodies import CodeCursor, Cursor, Page, page
from shared.acts.reasons import reasons_shown
from shared.data.revisions import AsOf
from shared.doors.http import OF_HOUSEHOLDS, CurrentPolicy, Paging, Reading, by
from shared.doors.moments import AskedAsOf
from shared.ground.context import Act
from shared.ground.policy import Policy
from shared.values.inputs import Area as Division

router = APIRouter(tags=["entitlements"])

RULE = "registry.entitlement"
OVERSEERS = by("county", "township", "village", "team", "auditor")
Village = Annotated[str, Query(pattern=r"^[0-9]{12}$")]


def areas_of(policy: Policy, as_of: AsOf) -> dict[str, Area]:
    """By policy in force, whose area it is."""
    return {one.code: one.area for one in policy.on(as_of.on, EntitlementPolicy).of(as_of.on) if one.area}


def entitlements_shown(
    judged: Judged | None, policy: Policy, as_of: AsOf, coverage: Coverage | None = None
) -> list[EntitlementShown]:
    """Without what nobody is entitled to and nobody has, where it is not asked for."""
    areas = areas_of(policy, as_of)
    return [
        EntitlementShown(**one._asdict() | {"area": areas[one.policy], "reasons": reasons_shown(RULE, one.reasons)})
        for one in (judged.entitlements if judged else ())
        if (one.coverage == coverage if coverage else one.coverage != "none")
    ]


def haves_shown(judged: Judged | None) -> list[HaveShown]:
    return [
        HaveShown(policy=one.policy, coverage=one.coverage, reasons=reasons_shown(RULE, one.reasons))
        for one in (judged.haves if judged else ())
    ]


@router.get("/households/{household_id}/entitlements")
async def get_entitlements(
    household_id: UUID,
    connection: Reading,
    policy: CurrentPolicy,
    as_of: AskedAsOf,
    act: Annotated[Act, OF_HOUSEHOLDS],
    by_whom: OpenedBy,
    coverage: Coverage | None = None,
) -> Entitlements:
    """What a household and each of its people is entitled to, whether it is there, and why: counted from what is held
    for true now, or as of a day. `coverage` picks one; `none` is told where it is asked for. Who opened it is on
    record.
    """
    judged = await lists.judge_one(connection, policy, as_of, household_id)
    by_whom.opened(act, household_id)
    return Entitlements(
        household_id=household_id,
        division=judged.home.division,
        on=as_of.on,
        known_at=as_of.known_at,
        entitlements=entitlements_shown(judged, policy, as_of, coverage),
        haves=haves_shown(judged),
    )


@router.get("/entitlement-gaps", dependencies=[OVERSEERS])
async def list_gaps(
    connection: Paging, policy: CurrentPolicy, as_of: AskedAsOf, at: CodeCursor, division: Division
) -> Page[VillageGaps]:
    """The villages of a division by code: by policy how many are entitled, have it, have it not, and have it all the
    same. Counted village by village, so that none is behind the facts.
    """
    areas = areas_of(policy, as_of)
    rows = await lists.count_villages(connection, policy, as_of, at, division)
    items = [
        VillageGaps(
            division=row.division,
            on=as_of.on,
            known_at=as_of.known_at,
            households=row.households,
            counts=[GapCount(**count._asdict(), area=areas[count.policy]) for count in row.counts],
        )
        for row in rows
    ]
    return Page(items=items, next=at.seal(rows[-1].division) if len(rows) == at.limit else None)


@router.get("/entitlement-gaps/households", dependencies=[OVERSEERS])
async def list_households_behind(
    connection: Paging,
    policy: CurrentPolicy,
    as_of: AskedAsOf,
    at: Cursor,
    division: Village,
    code: Annotated[str, Query(alias="policy", pattern=r"^[a-z][a-z_]{0,59}$")],
    coverage: Coverage,
) -> Page[BehindShown]:
    """The households of a village behind one of its figures, by id."""
    rows = await lists.list_behind(connection, policy, as_of, at, division, code, coverage)
    return page(BehindShown, rows, at, key="household_id")
