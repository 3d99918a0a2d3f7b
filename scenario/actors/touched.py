"""The county's word on what was given to households whose exit or registration was undone: by two persons."""

from scenario.actors.county import ANNOUNCER, DECIDER
from scenario.api import Api

TOUCHED = "/registry/v1/touched"
# What a household that did not belong in the register was given: money comes back, but a loan is the bank's to recall;
# what was learned stays. Whoever is back in it keeps all.
OF_STRUCK = {"payout": "recovered", "reward": "recovered", "discount": "recovered", "loan": "goes_on",
             "training": "goes_on"}  # fmt: skip


async def say(api: Api) -> None:
    """Of every case that all services have answered."""
    cases = {c["id"]: c["cause"] async for c in api.pages(DECIDER, f"{TOUCHED}?state=open")}
    items = []
    for one, cause in cases.items():
        listed = (await api.get(DECIDER, f"{TOUCHED}/{one}"))["items"]
        outcomes = [(b["id"], OF_STRUCK.get(b["kind"], "stops") if cause == "removed" else "goes_on") for b in listed]
        said = [{"id": benefit, "outcome": outcome, "reason": "minutes"} for benefit, outcome in outcomes]
        items.append({"id": one, "benefits": said})
    if items:
        await api.batches(DECIDER, f"{TOUCHED}/words", items)


async def confirm(api: Api) -> None:
    """Another person of the office agrees."""
    items = [{"id": c["id"], "confirmed": True} async for c in api.pages(ANNOUNCER, f"{TOUCHED}?state=said")]
    if items:
        await api.batches(ANNOUNCER, f"{TOUCHED}/confirmations", items)
