"""The truth file: JSON lines in gzip, one kind of record per line, the same bytes for the same world."""

import gzip
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from scenario.world.changes import Death
from scenario.world.cheats import Cheat
from scenario.world.county import World
from scenario.world.economy import IncomeLines
from scenario.world.geography import Facility, VillageTruth
from scenario.world.homes import Move
from scenario.world.housing import House
from scenario.world.loans import LoanWish
from scenario.world.power import StationTruth
from scenario.world.truth import HouseholdTruth, UnregisteredPoor
from scenario.world.ventures import Outcome

FORMAT = 1
COMPRESSION = 4


@dataclass(frozen=True, slots=True)
class TruthFile:
    """All that the judge may know of the world; the fields are those of `World`."""

    seed: int
    unregistered_households: int
    villages: dict[str, VillageTruth]
    households: dict[str, HouseholdTruth]
    unregistered: tuple[UnregisteredPoor, ...]
    wishes: tuple[LoanWish, ...]
    stations: tuple[StationTruth, ...]
    areas: tuple[Outcome, ...]
    moves: tuple[Move, ...]
    deaths: tuple[Death, ...]
    units: tuple[dict[str, Any], ...]
    helpers: tuple[dict[str, Any], ...]
    births: tuple[dict[str, Any], ...]
    marriages: tuple[dict[str, Any], ...]
    setbacks: tuple[dict[str, Any], ...]
    cheats: tuple[Cheat, ...]


def write_truth(world: World, path: Path) -> None:
    """Writes the file; no time of day and no file name go into it."""
    with path.open("wb") as file, gzip.GzipFile("", "wb", COMPRESSION, file, mtime=0) as packed:
        for record in _records(world):
            text = json.dumps(record, ensure_ascii=False, separators=(",", ":"), default=date.isoformat)
            packed.write(text.encode() + b"\n")


def _records(world: World) -> Iterator[dict[str, Any]]:
    yield {
        "kind": "world",
        "format": FORMAT,
        "seed": world.seed,
        "unregistered_households": world.unregistered_households,
    }
    told: tuple[tuple[str, Iterable[Any]], ...] = (
        ("village", world.village_truth.values()), ("household", world.truth.values()),
        ("unregistered", world.unregistered), ("wish", world.wishes),
        ("station", world.earnings.station_truth.values()), ("area", world.earnings.ventures.outcomes.values()),
        ("move", world.homes.moves.values()), ("death", world.deaths), ("setback", world.setbacks),
        ("cheat", world.cheats.values()),
    )  # fmt: skip
    for kind, records in told:
        for record in records:
            yield {"kind": kind, **asdict(record)}
    for birth in world.births:
        yield {"kind": "birth", "no": birth.no, "born_on": birth.child.born_on}
    for came in world.married_in:
        yield {"kind": "marriage", "no": came.no, "on": came.on, "joins": True}
    for left in world.married_out:
        yield {"kind": "marriage", "no": left.no, "on": left.on, "joins": False, "member": left.member}
    for unit in world.help.units:
        yield {"kind": "unit", "code": unit.code, "unit_kind": unit.kind, "village_code": unit.village_code}
    for cadre in world.help.cadres:
        if cadre.role == "helper":
            yield {
                "kind": "helper", "subject": cadre.subject, "unit": cadre.unit_code, "behaviour": cadre.behaviour,
            }  # fmt: skip


def read_truth(path: Path) -> TruthFile:
    """Reads what `write_truth` wrote.

    Raises:
        ValueError: the file is of another format or has a record of an unknown kind.
    """
    head: dict[str, Any] = {}
    villages: dict[str, VillageTruth] = {}
    households: dict[str, HouseholdTruth] = {}
    unregistered: list[UnregisteredPoor] = []
    wishes: list[LoanWish] = []
    stations: list[StationTruth] = []
    areas: list[Outcome] = []
    moves: list[Move] = []
    deaths: list[Death] = []
    plain: dict[str, list[dict[str, Any]]] = {
        "birth": [],
        "marriage": [],
        "setback": [],
        "unit": [],
        "helper": [],
        "cheat": [],
    }
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            kind = record.pop("kind")
            if kind == "household":
                households[record["no"]] = _household(record)
            elif kind == "village":
                villages[record["code"]] = _village(record)
            elif kind == "unregistered":
                record["income_2017"] = IncomeLines(**record["income_2017"])
                unregistered.append(UnregisteredPoor(**record))
            elif kind == "wish":
                record["applies_on"] = date.fromisoformat(record["applies_on"])
                wishes.append(LoanWish(**record))
            elif kind == "station":
                stations.append(StationTruth(**_with_days(record, "broken_from", "backwards_on", "jump_on")))
            elif kind == "area":
                areas.append(Outcome(**_with_days(record, "done_on")))
            elif kind == "move":
                moves.append(Move(**_with_days(record, "moves_in_on", "demolished_on", "reclaimed_on")))
            elif kind == "death":
                deaths.append(Death(**_with_days(record, "born_on", "died_on")))
            elif kind in plain:
                plain[kind].append(record)
            elif kind == "world" and record["format"] == FORMAT:
                head = record
            else:
                raise ValueError(f"not a truth file of format {FORMAT}: {kind}")
    return TruthFile(
        head["seed"],
        head["unregistered_households"],
        villages,
        households,
        tuple(unregistered),
        tuple(wishes),
        tuple(stations),
        tuple(areas),
        tuple(moves),
        tuple(deaths),
        tuple(plain["unit"]),
        tuple(plain["helper"]),
        tuple(plain["birth"]),
        tuple(plain["marriage"]),
        tuple(plain["setback"]),
        tuple(Cheat(**record) for record in plain["cheat"]),
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _with_days(record: dict[str, Any], *names: str) -> dict[str, Any]:
    return record | {name: _day(record[name]) for name in names}


def _household(record: dict[str, Any]) -> HouseholdTruth:
    house = record["house"]
    house["repaired_on"] = _day(house["repaired_on"])
    record["house"] = House(**house)
    record["incomes"] = {int(year): IncomeLines(**lines) for year, lines in record["incomes"].items()}
    for name in ("matches", "deceased", "able", "ill"):
        record[name] = tuple(record[name])
    return HouseholdTruth(**record)


def _village(record: dict[str, Any]) -> VillageTruth:
    works = tuple(Facility(f["item"], _day(f["completed_on"])) for f in record["facilities"])
    return VillageTruth(record["code"], record["standing"], works)
