"""Draws of flats taken again, from nothing but what is published: the list, the seed, the result."""

import hashlib
import json
from pathlib import Path
from typing import Any

from scenario.api import Api
from scenario.judge.targets import JUDGE

Finding = tuple[bool, str]
Document = dict[str, Any]


def digest(document: Document) -> str:
    """SHA-256 over canonical JSON: keys sorted, no white space, UTF-8."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def unlike(inputs: Document, result: Document) -> str:
    """What of a result does not follow from its inputs and seed; empty: nothing.

    Who gets which class is an optimum, held against the list here: a flat each, none twice, none over the cap. Within
    a class the lots, in the order of SHA-256(seed|draw|class|lot), take its flats in the order of their numbers.
    """
    lots = {lot["lot"]: lot for lot in inputs["lots"]}
    units: dict[str, list[Document]] = {}
    for unit in sorted(inputs["units"], key=lambda u: (u["no"], u["unit_id"])):
        units.setdefault(_class(unit), []).append(unit)
    by_class: dict[str, dict[str, str]] = {}
    for row in result["allocations"]:
        by_class.setdefault(row["class"], {})[row["lot"]] = row["unit_id"]
    housed = [row["lot"] for row in result["allocations"]]
    if sorted([*housed, *result["unhoused"]]) != sorted(lots):
        return "not the lots of the list"
    for name, given in by_class.items():
        order = sorted(given, key=lambda lot: _order(result["seed"], inputs["draw_no"], name, lot))
        if [given[lot] for lot in order] != [u["unit_id"] for u in units.get(name, ())][: len(order)]:
            return "not in the order of the hashes"
        largest = max(u["area_m2_x100"] for u in units[name])
        if any(largest > inputs["cap_m2_x100_per_person"] * lots[lot]["members"] for lot in order):
            return "over the cap"
    return ""


def _class(unit: Document) -> str:
    return f"{unit['site_id']}/{unit['block']}/{unit['kind']}"


def _order(*parts: object) -> str:
    return hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()


async def draws_rerun(api: Api, _state: Path) -> Finding:
    """Every draw: list and result have the hashes that were published, and the one follows from the other."""
    drawn = [r async for r in api.pages(JUDGE, "/relocation/v1/allocation/rounds") if r["drawn_on"]]
    count, wrong = 0, []
    for each in drawn:
        path = f"/relocation/v1/allocation/rounds/{each['id']}"
        inputs = {d["draw_no"]: d for d in (await api.get(JUDGE, f"{path}/inputs"))["draws"]}
        for draw in (await api.get(JUDGE, f"{path}/result"))["draws"]:
            given = inputs[draw["draw_no"]]
            hashes = digest(given["inputs"]) == given["inputs_hash"] and digest(draw["result"]) == draw["result_hash"]
            first = draw["draw_no"] or given["inputs_hash"] == each["inputs_hash"]
            reason = unlike(given["inputs"], draw["result"]) if hashes and first else "another hash"
            count += 1
            wrong += [reason] if reason else []
    return count > 0 and not wrong, f"{count} draws of {len(drawn)} rounds taken again, {len(wrong)} unlike {wrong[:3]}"
