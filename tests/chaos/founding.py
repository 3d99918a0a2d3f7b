"""A small county with everybody in it, founded through the gateway before anything breaks."""

import asyncio
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import aiohttp

from scenario.actors import assessment, county
from scenario.actors.archive import ARCHIVE
from scenario.actors.assessment import phone
from scenario.actors.patience import named, send
from scenario.actors.townships import officer
from scenario.actors.villages import Village
from scenario.api import Api, Who, read_key
from scenario.calendar import founding
from scenario.calendar.assessment import PAIRED_ON
from scenario.world import World, build_world, write_roster
from scenario.year import Year
from tests.chaos.subscriber import SECRET

FOUNDED_ON, SEEN_ON, BEGINS_ON = date(2017, 1, 3), date(2017, 10, 9), date(2017, 10, 10)
WELL_OFF = {
    "food_secure": True, "clothing_secure": True, "school_dropout": False, "medical_insured": True,
    "house_grade": "A", "safe_water": True, "unfinished_major_illness": False, "only_subsidies": False,
}  # fmt: skip
INCOME = {"wage_fen": 9_000_000, "business_fen": 0, "property_fen": 0, "transfer_fen": 0, "business_cost_fen": 0}
POST_FEN = 60_000


@dataclass(frozen=True, slots=True)
class Home:
    """A household as the load needs it: who helps it, and for what it is good."""

    id: str
    village: str
    members: int
    status: str
    relocated: bool
    helper: Who

    @property
    def township(self) -> Who:
        return officer(self.village[:9])


class _Archive:
    """The subscription is the suite's own subscriber's."""

    def __init__(self, folder: Path) -> None:
        self._secret = folder / SECRET

    async def subscribe(self, api: Api, url: str) -> None:
        answer = await api.post(ARCHIVE, "/subscriptions", {"url": url})
        self._secret.write_text(answer["secret"])


async def found(gateway: str, state: Path, folder: Path, seed: int, households: int, webhook: str) -> list[Home]:
    """Divisions, roster, helpers, posts, what is seen and earned; the subscription. `folder`: the suite's own files."""
    world = build_world(seed, households)
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=120)) as session:
        api = Api(gateway, read_key(state), session)
        year = Year(api, world, folder, _Archive(folder), webhook)  # type: ignore[arg-type]
        await county.set_date(api, FOUNDED_ON)
        await founding.found_county(year, FOUNDED_ON)
        roster = folder / "roster.xlsx"
        await asyncio.to_thread(write_roster, world, roster)
        await county.hand_in_roster(api, roster.read_bytes())
        await county.set_date(api, PAIRED_ON)
        ids = await year.households()
        homes = await _pair(api, world, ids)
        await county.set_date(api, SEEN_ON)
        await _state(api, homes)
        await county.set_date(api, BEGINS_ON)
        return homes


async def _pair(api: Api, world: World, ids: dict[str, str]) -> list[Home]:
    helping: Any = world.help
    await assessment.declare_places(api, helping.places)
    await assessment.declare_units(api, helping.units)
    cadres = [c for c in helping.cadres if c.starts_on == PAIRED_ON]
    await assessment.declare_cadres(api, cadres)
    helps = {no: c for c in cadres for no in helping.helps.get(c.subject, ()) if no in ids}
    for township in sorted({no[:9] for no in helps}):
        await assessment.pair(api, township, [(c, ids[no]) for no, c in helps.items() if no.startswith(township)])
    listed = [h async for h in api.pages(county.PLANNER, "/registry/v1/households")]
    return [
        Home(
            h["id"], h["division"], h["members"], h["status"], h["relocation_cohort"] is not None,
            phone(helps[h["household_no"]]),
        )
        for h in listed
        if h["household_no"] in helps
    ]  # fmt: skip


async def _state(api: Api, homes: list[Home]) -> None:
    """What every household needs to exit, if nothing else stands against it, as two people say."""
    for village in sorted({h.village for h in homes}):
        ours = [h.id for h in homes if h.village == village]
        seen = [{"household_id": i, "observed_on": SEEN_ON.isoformat()} | WELL_OFF for i in ours]
        stated = {"income_year": 2017, "stated_on": SEEN_ON.isoformat()} | INCOME
        for who in (Village(village).team, Village(village).chair):
            await send(api, who, "/registry/v1/households/conditions", seen)
            await send(api, who, "/registry/v1/households/incomes", [{"household_id": i} | stated for i in ours])


async def employ(api: Api, homes: list[Home]) -> list[Home]:
    """A post for each of the homes; those that got it. The households have no other."""
    for home in homes:
        post = {
            "id": named("post", home.id), "division": home.village, "kind": "public_welfare",
            "monthly_fen": POST_FEN, "reserved_for_relocated": False, "employer_code": None,
        }  # fmt: skip
        await send(api, county.PLANNER, "/industry/v1/posts", [post])
        proposal = {
            "id": named("assignment", home.id), "post_id": named("post", home.id), "household_id": home.id,
            "starts_on": "2017-01-16",
        }  # fmt: skip
        await send(api, Village(home.village).clerk, "/industry/v1/posts/proposals", [proposal])
        one = {"id": named("assignment", home.id)}
        await send(api, home.township, "/industry/v1/posts/checks", [one | {"confirmed": True}])
        await send(api, county.HUMAN_RESOURCES, "/industry/v1/posts/approvals", [one | {"confirmed": True}])
    taken = [a async for a in api.pages(county.PLANNER, "/industry/v1/posts/assignments?state=assigned")]
    held = {a["household_id"] for a in taken}
    return [h for h in homes if h.id in held]
