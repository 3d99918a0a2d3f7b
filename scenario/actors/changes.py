"""Natural changes and removals: a village says what happened, somebody else confirms it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from scenario.actors import county
from scenario.actors.patience import named, send
from scenario.actors.townships import officer
from scenario.actors.villages import Village
from scenario.api import Api


@dataclass(frozen=True, slots=True)
class Gone:
    """Whom the village buried or married off, as it knows them; the household by its id."""

    household_id: str
    name: str
    born_on: date
    left_on: date
    reason: str


def departure_id(gone: Gone) -> str:
    return named("departure", f"{gone.household_id}/{gone.born_on}")


async def report_departures(api: Api, village: Village, found: Sequence[Gone]) -> None:
    """The clerk looks up who it was: the register shows a reference, never the number."""
    items = []
    for gone in found:
        shown = await api.get(village.clerk, f"/registry/v1/households/{gone.household_id}")
        items += [
            {
                "id": departure_id(gone), "reference": person["reference"], "reason": gone.reason,
                "left_on": gone.left_on.isoformat(),
            }
            for person in shown["people"]
            if (person["name"], person["born_on"]) == (gone.name, gone.born_on.isoformat())
        ]  # fmt: skip
    await send(api, village.clerk, "/registry/v1/households/departures", items)


async def confirm_departures(api: Api, township: str, found: Sequence[Gone]) -> None:
    """By the township, because fewer members raise what a head has."""
    items = [{"id": departure_id(d), "confirmed": True} for d in found]
    await send(api, officer(township), "/registry/v1/households/departures/confirmations", items)


def removal_id(household_id: str) -> str:
    return named("removal", household_id)


async def propose_removal(api: Api, village: Village, household_id: str, reason: str) -> None:
    """The match was looked into on the spot, and it is so."""
    item = {"id": removal_id(household_id), "household_id": household_id, "reason": reason, "evidence": "visit"}
    await send(api, village.chair, "/registry/v1/households/removals", [item])


async def confirm_removals(api: Api, households: Mapping[str, str]) -> None:
    """Whom it strikes is named; `households`: the id by number."""
    items = [
        {"id": removal_id(one), "household_no": no, "confirmed": True} | county.MINUTES
        for no, one in households.items()
    ]
    await send(api, county.DECIDER, "/registry/v1/households/removals/confirmations", items)
