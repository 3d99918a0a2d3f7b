"""What a passport is composed of."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Part:
    """One GET of a service; `{id}` is the household's."""

    name: str
    upstream: str
    target: str


WHOLE = "household"
PARTS = (
    Part(WHOLE, "registry", "/registry/v1/households/{id}"),
    Part("exits", "registry", "/registry/v1/exits?household_id={id}&limit=1000"),
    Part("measures", "registry", "/registry/v1/measures?household_id={id}"),
    Part("registry_decisions", "registry", "/registry/v1/decisions?subject_id={id}"),
    Part("loans", "finance", "/finance/v1/loans?household_id={id}&limit=1000"),
    Part("finance_decisions", "finance", "/finance/v1/decisions?subject_id={id}"),
    Part("relocation", "relocation", "/relocation/v1/applications?household_id={id}&limit=1000"),
    Part("allocations", "relocation", "/relocation/v1/allocation/allocations?household_id={id}&limit=1000"),
    Part("homesteads", "relocation", "/relocation/v1/homesteads?household_id={id}&limit=1000"),
    Part("relocation_decisions", "relocation", "/relocation/v1/decisions?subject_id={id}"),
    Part("payouts", "industry", "/industry/v1/payouts/lines?household_id={id}&limit=1000"),
    Part("agreements", "industry", "/industry/v1/dividends/agreements?household_id={id}&limit=1000"),
    Part("posts", "industry", "/industry/v1/posts/assignments?household_id={id}&limit=1000"),
    Part("certificates", "industry", "/industry/v1/training/certificates?household_id={id}&limit=1000"),
    Part("industry_decisions", "industry", "/industry/v1/decisions?subject_id={id}"),
    Part("helpers", "assessment", "/assessment/v1/teams/pairings?household_id={id}&limit=1000"),
    Part("visits", "assessment", "/assessment/v1/visits?household_id={id}&limit=1000"),
    Part("deeds", "assessment", "/assessment/v1/deeds?household_id={id}&limit=1000"),
    Part("assessment_decisions", "assessment", "/assessment/v1/decisions?subject_id={id}"),
)


def of_household(body: Any, household_id: str) -> Any:
    """The list of a body without what names another household: a filter that a service ignored shows nothing."""
    if isinstance(body, dict) and isinstance(body.get("items"), list):
        return body | {"items": [item for item in body["items"] if _may_show(item, household_id)]}
    return body


def _may_show(item: Any, household_id: str) -> bool:
    return isinstance(item, dict) and item.get("household_id", household_id) == household_id
