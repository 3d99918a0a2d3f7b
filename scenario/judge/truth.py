"""The truth file, as the judge reads it: plain records, judged by the judge's own reading of the policy."""

import gzip
import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

LINE_2017_FEN = 333_500
COUNTED_ON = "2017-09-30"  # members of the income year
SAFE_GRADES = ("A", "B")
Records = list[dict[str, Any]]


class Marriage(NamedTuple):
    """On which day somebody married into household `no`, or out of it."""

    no: str
    on: str
    joins: bool


@dataclass
class Truth:
    """Records by household number, of helpers by their login; `rural_outside`: households in no list.

    `moves`: the day from which a household lives in its new home; `left`, `joined`: the days on which somebody of it
    died or married out, and was born or married in; `gone`: who died or married out, by index; `brides`: how many
    married in; `setbacks`: whom something befell, `struck_on` on which day; `cheats`: by code, how a village does that
    writes what is not so.
    """

    households: dict[str, dict[str, Any]] = field(default_factory=dict)
    unregistered: Records = field(default_factory=list)
    wishes: Records = field(default_factory=list)
    areas: Records = field(default_factory=list)
    stations: Records = field(default_factory=list)
    moves: dict[str, str] = field(default_factory=dict)
    left: dict[str, list[str]] = field(default_factory=dict)
    joined: dict[str, list[str]] = field(default_factory=dict)
    marriages: list[Marriage] = field(default_factory=list)
    gone: dict[str, set[int]] = field(default_factory=dict)
    brides: dict[str, int] = field(default_factory=dict)
    setbacks: set[str] = field(default_factory=set)
    struck_on: dict[str, str] = field(default_factory=dict)
    helpers: dict[str, str] = field(default_factory=dict)
    cheats: dict[str, str] = field(default_factory=dict)
    rural_outside: int = 0


def read(path: Path) -> Truth:
    truth = Truth()
    lists = {
        "unregistered": truth.unregistered, "wish": truth.wishes, "area": truth.areas, "station": truth.stations,
    }  # fmt: skip
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            match record["kind"]:
                case "world":
                    truth.rural_outside = record["unregistered_households"]
                case "household":
                    truth.households[record["no"]] = record
                case "village" if record["standing"] == "fraud":
                    truth.cheats[record["code"]] = "lifted_to_exit"
                case "cheat":
                    truth.cheats[record["village_code"]] = record["way"]
                case "helper":
                    truth.helpers[record["subject"]] = record["behaviour"]
                case kind if kind in lists:
                    lists[kind].append(record)
                case _:
                    _befell(truth, record)
    return truth


def _befell(truth: Truth, record: dict[str, Any]) -> None:
    """What happened to a household in the year."""
    match record["kind"]:
        case "move" if record["moves_in_on"]:
            truth.moves[record["no"]] = record["moves_in_on"]
        case "death":
            truth.left.setdefault(record["no"], []).append(record["died_on"])
            truth.gone.setdefault(record["no"], set()).add(record["member"])
        case "setback":
            truth.setbacks.add(record["no"])
            truth.struck_on[record["no"]] = record["on"]
        case "birth":
            truth.joined.setdefault(record["no"], []).append(record["born_on"])
        case "marriage":
            married = Marriage(record["no"], record["on"], record["joins"])
            truth.marriages.append(married)
            (truth.joined if married.joins else truth.left).setdefault(married.no, []).append(married.on)
            if married.joins:
                truth.brides[married.no] = truth.brides.get(married.no, 0) + 1
            else:
                truth.gone.setdefault(married.no, set()).add(record["member"])


def net_fen(income: dict[str, int]) -> int:
    earned = income["wage_fen"] + income["business_fen"] + income["property_fen"] + income["transfer_fen"]
    return earned - income["business_cost_fen"]


def members_on(truth: Truth, no: str, on: str) -> int:
    """How many need an income on the day `on`: who has left by it does not any more, who joined in the income year
    does.
    """
    joined = sum(day <= min(on, COUNTED_ON) for day in truth.joined.get(no, ()))
    left = sum(day <= on for day in truth.left.get(no, ()))
    return int(truth.households[no]["members"]) + joined - left


def truly_out_of_poverty(truth: Truth, no: str, on: str, *, moved: bool = False) -> bool:
    """One over, two no worries, three guarantees, and safe water; the hard blocks too (domain notes 2.1).

    On the day `on` (ISO): who has `moved` by the register and truly lives in the new home has its house and water.
    """
    household = truth.households[no]
    members = members_on(truth, no, on)
    new_home = moved and truth.moves.get(no, "9999") <= on
    return (
        net_fen(household["incomes"]["2017"]) > LINE_2017_FEN * members
        and household["food_secure"]
        and household["clothing_secure"]
        and not household["school_dropout"]
        and household["medical_insured"]
        and (new_home or household["house"]["grade_2017"] in SAFE_GRADES)
        and (new_home or household["house"]["safe_water"])
        and not household["unfinished_major_illness"]
        and not household["only_subsidies"]
    )


def ineligible(wishes: Records) -> set[tuple[Any, ...]]:
    """Loans that the rules exclude: household, bank, fen, months."""
    return {(w["household_no"], w["bank"], w["amount_fen"], w["term_months"]) for w in wishes if w["ineligible"]}


def over_reported(areas: Records, tolerance_percent: int = 10) -> Counter[tuple[str, str]]:
    """(kind, division) of the ventures of which a village says more than there is."""
    return Counter(
        (a["crop"], a["division"])
        for a in areas
        if a["done_on"] and a["reported_x100"] * 100 > a["true_x100"] * (100 + tolerance_percent)
    )
