"""The county's poverty alleviation office: three persons, because a checker is never the maker; and the other bureaus,
each a department that is known by its unit.
"""

import asyncio
from collections.abc import Sequence
from datetime import date
from typing import Any

from scenario.actors.patience import named, once, send
from scenario.api import Api, RefusedError, Who

COUNTY = "140927"
PLANNER = Who("county-planner", "county", COUNTY)
DECIDER = Who("county-decider", "county", COUNTY)
ANNOUNCER = Who("county-announcer", "county", COUNTY)
# What the leading group resolved, which announcements and strike-offs cite.
MINUTES = {"minutes_no": "县扶贫开发领导小组会议纪要〔2017〕9号"}


def bureau(unit: str) -> Who:
    return Who(f"bureau-{unit}", "department", COUNTY, unit=unit)


FINANCE, HUMAN_RESOURCES, FORESTRY = map(bureau, ("finance", "human_resources", "forestry"))


async def set_date(api: Api, day: date) -> None:
    await api.call(PLANNER, "PUT", "/clock", {"business_date": day.isoformat()})


async def today(api: Api) -> date:
    return date.fromisoformat((await api.get(PLANNER, "/clock"))["business_date"])


async def _put(api: Api, path: str, items: Sequence[dict[str, Any]]) -> None:
    """What the county plans by must stand: an item that is refused stops it."""
    refused = [r for r in await send(api, PLANNER, path, items, "PUT") if r["status"] != "accepted"]
    if refused:
        raise RefusedError(409, refused)


async def declare_divisions(api: Api, divisions: Sequence[dict[str, Any]]) -> None:
    await _put(api, "/registry/v1/divisions", divisions)


async def set_targets(api: Api, targets: Sequence[dict[str, Any]]) -> None:
    await _put(api, "/registry/v1/targets", targets)


async def hand_in_roster(api: Api, file: bytes) -> dict[str, Any]:
    """Post a roster, have another person confirm what was read, and wait until it has been taken; the report."""
    begun = await api.call(PLANNER, "POST", "/registry/v1/roster/imports?income_year=2016", data=file)
    while True:
        report: dict[str, Any] = await api.get(PLANNER, f"/registry/v1/roster/imports/{begun['id']}")
        if report["state"] in ("done", "failed"):
            return report
        if report["state"] == "read":
            path = f"/registry/v1/roster/imports/{begun['id']}/confirmation"
            await once(api, DECIDER, path, {"confirmed": True})
        await asyncio.sleep(0.2)


async def open_exit_rounds(api: Api, villages: Sequence[str], stages: dict[str, tuple[date, date]]) -> None:
    """One notice of the county for all of them; `stages` by step, their first and last day."""
    year = min(first for first, _ in stages.values()).year
    days = [{"step": s, "opens_on": f"{first}", "closes_on": f"{last}"} for s, (first, last) in stages.items()]
    about = {"procedure": "registry.exits", "year": year, "stages": days, "document_no": f"县脱贫攻坚指挥部{year}-9"}
    items = [{"id": named("round", f"{year}/{village}"), "division": village} | about for village in villages]
    await _put(api, "/registry/v1/rounds", items)


async def decide_exits(api: Api) -> None:
    """The rules decide on what is recorded; the office only lays the cases before them."""
    cases = [c["id"] async for c in api.pages(DECIDER, "/registry/v1/exits?state=township_checked")]
    await api.batches(DECIDER, "/registry/v1/exits/decisions", [{"id": c} for c in cases])


async def announce_exits(api: Api) -> None:
    cases = [c["id"] async for c in api.pages(ANNOUNCER, "/registry/v1/exits?state=approved")]
    for start in range(0, len(cases), 50):  # a list a village, as they are read out
        items = [{"id": c} | MINUTES for c in cases[start : start + 50]]
        await api.batches(ANNOUNCER, "/registry/v1/exits/announcements", items)


async def count_deep_poverty(api: Api) -> None:
    """The county as a whole: the same criteria in each of its villages, and nobody types in who is meant."""
    await api.post(PLANNER, "/registry/v1/deep-poverty/counts", {"division": COUNTY})


async def weigh_risks(api: Api) -> None:
    """Of every household that got out; the points say at whom somebody must look."""
    await api.post(PLANNER, "/registry/v1/risk-warnings/counts", {"division": COUNTY})


async def decide_villages(api: Api, villages: Sequence[str]) -> None:
    await api.batches(DECIDER, "/registry/v1/villages/exits/decisions", [{"division": v} | MINUTES for v in villages])


async def announce_villages(api: Api, villages: Sequence[str]) -> None:
    await api.batches(
        ANNOUNCER, "/registry/v1/villages/exits/announcements", [{"division": v} | MINUTES for v in villages]
    )


async def decide_townships(api: Api, townships: Sequence[str]) -> None:
    if townships:
        await api.batches(
            DECIDER, "/registry/v1/townships/exits/decisions", [{"division": t} | MINUTES for t in townships]
        )


async def announce_townships(api: Api, townships: Sequence[str]) -> None:
    if townships:
        items = [{"division": t} | MINUTES for t in townships]
        await api.batches(ANNOUNCER, "/registry/v1/townships/exits/announcements", items)


async def claim_discounts(api: Api, banks: Sequence[str], quarter_end: date) -> None:
    """The office makes the quarter's claim of each bank, the finance bureau checks it."""
    for bank in banks:
        body = {"bank": bank, "quarter_end_on": quarter_end.isoformat()}
        try:
            claim = await api.call(
                PLANNER, "POST", "/finance/v1/discounts/claims", body, key=f"claim-{bank}-{quarter_end}"
            )
        except RefusedError as refused:
            if refused.status >= 500 or refused.status == 0:
                raise
            continue  # nothing to claim this quarter
        path = f"/finance/v1/discounts/claims/{claim['id']}/check"
        try:
            await api.call(FINANCE, "POST", path, {}, key=f"check-{claim['id']}")
        except RefusedError as refused:
            if refused.status != 409:  # 409: it was checked before we were interrupted
                raise
