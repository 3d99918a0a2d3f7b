"""The truth file, as the judge reads it: plain records, judged by the judge's own reading of the policy."""

import gzip
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

LINE_2017_FEN = 333_500
SAFE_GRADES = ("A", "B")


@dataclass
class Truth:
    """Records by household number; `wishes` by application; `rural_outside`: households in no list."""

    households: dict[str, dict[str, Any]] = field(default_factory=dict)
    unregistered: list[dict[str, Any]] = field(default_factory=list)
    wishes: list[dict[str, Any]] = field(default_factory=list)
    rural_outside: int = 0


def read(path: Path) -> Truth:
    truth = Truth()
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            match record["kind"]:
                case "world":
                    truth.rural_outside = record["unregistered_households"]
                case "household":
                    truth.households[record["no"]] = record
                case "unregistered":
                    truth.unregistered.append(record)
                case "wish":
                    truth.wishes.append(record)
    return truth


def net_fen(income: dict[str, int]) -> int:
    earned = income["wage_fen"] + income["business_fen"] + income["property_fen"] + income["transfer_fen"]
    return earned - income["business_cost_fen"]


def truly_out_of_poverty(household: dict[str, Any]) -> bool:
    """One over, two no worries, three guarantees, and safe water; the hard blocks too (domain notes 2.1)."""
    return (
        net_fen(household["incomes"]["2017"]) > LINE_2017_FEN * household["members"]
        and household["food_secure"]
        and household["clothing_secure"]
        and not household["school_dropout"]
        and household["medical_insured"]
        and household["house"]["grade_2017"] in SAFE_GRADES
        and household["house"]["safe_water"]
        and not household["unfinished_major_illness"]
        and not household["only_subsidies"]
    )
