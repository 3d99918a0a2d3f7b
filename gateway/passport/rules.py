"""What a passport is composed of."""

from typing import Any

# Each service's dossier of a household, by what stands in it. Decisions each has of its own.
DOSSIERS = {
    "registry": ("household", "exits", "findings", "measures", "decisions"),
    "finance": ("loans", "decisions"),
    "relocation": ("relocation", "allocations", "homesteads", "decisions"),
    "industry": ("payouts", "agreements", "posts", "certificates", "decisions"),
    "assessment": ("helpers", "visits", "deeds", "decisions"),
}
WHOLE = "household"


def part_name(service: str, name: str) -> str:
    """What the passport calls it."""
    return f"{service}_decisions" if name == "decisions" else name


def of_household(body: Any, household_id: str) -> Any:
    """The list of a body without what names another household: a filter that a service ignored shows nothing."""
    if isinstance(body, dict) and isinstance(body.get("items"), list):
        return body | {"items": [item for item in body["items"] if _may_show(item, household_id)]}
    return body


def _may_show(item: Any, household_id: str) -> bool:
    return isinstance(item, dict) and item.get("household_id", household_id) == household_id
