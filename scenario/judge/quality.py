"""How well the year's decisions fit the truth: wrong exits, money gone astray, what was meant to be found and was."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from scenario.api import Api
from scenario.judge.entitlements import Given, together
from scenario.judge.hardship import Hardship
from scenario.judge.homes import allocations
from scenario.judge.rank import Z, auc
from scenario.judge.rates import announced, left_out, rates
from scenario.judge.risks import Warned, spread
from scenario.judge.screenings import Screened
from scenario.judge.suspicions import Suspected
from scenario.judge.targets import JUDGE, YEAR
from scenario.judge.truth import Truth, ineligible, over_reported

# for an old house that is gone, and for the farmland made of it: domain notes 2.2 (S32), within a year of the move
REWARD_FEN_A_PERSON = {"demolished": 1_000_000, "reclamation_reported": 1_000_000, "reclaimed": 1_500_000}


def rate(code: str, hits: int, of: int) -> dict[str, Any]:
    """A share with its 95 % interval (Wilson 1927), six decimals."""
    if of == 0:
        return {"code": code, "value": None, "low": None, "high": None}
    p, z2 = hits / of, Z * Z
    middle = (p + z2 / (2 * of)) / (1 + z2 / of)
    half = Z * math.sqrt(p * (1 - p) / of + z2 / (4 * of * of)) / (1 + z2 / of)
    low, high = max(middle - half, 0), min(middle + half, 1)
    return {"code": code, "value": round(p, 6), "low": round(low, 6), "high": round(high, 6)}


def share_of_yuan(code: str, households: Sequence[tuple[int, int]]) -> dict[str, Any]:
    """Fen gone wrong of all fen, each by household, with the 95 % interval of a ratio of sums (Cochran 1977, 6.4)."""
    total = sum(all_fen for _, all_fen in households)
    if total == 0:
        return {"code": code, "value": None, "low": None, "high": None}
    share, n = sum(wrong for wrong, _ in households) / total, len(households)
    scatter = sum((wrong - share * all_fen) ** 2 for wrong, all_fen in households)
    half = Z * math.sqrt(scatter * n / max(n - 1, 1)) / total
    return {
        "code": code, "value": round(share, 6), "low": round(max(share - half, 0), 6),
        "high": round(min(share + half, 1), 6),
    }  # fmt: skip


async def quality(
    api: Api,
    truth: Truth,
    numbers: dict[str, str],
    found: Hardship,
    suspected: Suspected,
    warned: Warned,
    screened: Screened,
    policies: Mapping[str, Given],
) -> list[dict[str, Any]]:
    """`numbers`: household number by id; `found`: who fell back and who is in deep poverty; `suspected`: of whom
    another register listed something; `warned`: of whom signals said that it may fall back; `screened`: which villages
    alarm; `policies`: whom each of the 24 reaches.

    Wrong exits of those of 2017; the poor in no list; yuan that went to households that are not poor in truth or that
    the rules exclude; and how much of what truly is wrong was found: lies about areas, diverted loans, a broken
    station, helpers who stay away or copy. Last, the error rates as an inspector's sample tells them.
    """
    loans = [x async for x in api.pages(JUDGE, "/finance/v1/loans") if x["disbursed_on"]]
    exits = await announced(api, truth, numbers)
    outside, missed = await left_out(api, truth)
    return [
        rate("wrong_exit_rate", sum(one.wrong for one in exits), len(exits)),
        rate("missed_rate", len(missed), outside),
        await _astray(api, truth, numbers, loans),
        await _areas_found(api, truth),
        await _diverted_found(api, truth, numbers, loans),
        await _faults_found(api, truth),
        *await _helpers_told_apart(api, truth),
        *await _homes(api),
        *_hardship(found, truth),
        *_suspected(suspected),
        *_warned(warned),
        *_screened(screened),
        *_entitled(together(policies)),
        *await rates(api, truth, exits, missed),
    ]


async def _astray(api: Api, truth: Truth, numbers: dict[str, str], loans: list[dict[str, Any]]) -> dict[str, Any]:
    """Loans, confirmed payments and rewards."""
    excluded = ineligible(truth.wishes)
    benefits = [(x["household_id"], x["amount_fen"], _excluded(x, numbers, excluded)) for x in loans]
    paid = api.pages(JUDGE, "/industry/v1/payouts/lines?state=confirmed")
    benefits += [(line["household_id"], line["amount_fen"], False) async for line in paid]
    people = {a["household_id"]: a["members"] for a in await allocations(api)}
    async for home in api.pages(JUDGE, "/relocation/v1/homesteads"):
        if fen := people.get(home["household_id"], 0) * REWARD_FEN_A_PERSON.get(home["state"], 0):
            benefits += [(home["household_id"], fen, False)]
    sums: dict[str, tuple[int, int]] = {}
    for household, fen, barred in benefits:
        wrong, all_fen = sums.get(household, (0, 0))
        astray = barred or truth.households[numbers[household]]["not_poor"]
        sums[household] = wrong + fen * astray, all_fen + fen
    return share_of_yuan("ineligible_benefit_share", list(sums.values()))


def _excluded(loan: dict[str, Any], numbers: dict[str, str], excluded: set[tuple[Any, ...]]) -> bool:
    wish = numbers[loan["household_id"]], loan["bank"], loan["amount_fen"], loan["term_months"]
    return wish in excluded


async def _areas_found(api: Api, truth: Truth) -> dict[str, Any]:
    """Of the ventures that villages truly overstate by more than the tolerance."""
    lies = over_reported(truth.areas)
    found = {(f["kind"], f["division"]) async for f in api.pages(JUDGE, "/industry/v1/projects/findings")}
    return rate("over_reports_found", len(lies.keys() & found), len(lies))


async def _diverted_found(
    api: Api, truth: Truth, numbers: dict[str, str], loans: list[dict[str, Any]]
) -> dict[str, Any]:
    """Of the loans that were paid out and truly went elsewhere: those held for suspicion of misuse."""
    diverted = {w["household_no"] for w in truth.wishes if w["diverted"]}
    lent = {x["id"] for x in loans if numbers[x["household_id"]] in diverted}
    held = {h["loan_id"] async for h in api.pages(JUDGE, "/finance/v1/holds?kind=misuse_suspected")}
    return rate("diverted_loans_found", len(lent & held), len(lent))


async def _faults_found(api: Api, truth: Truth) -> dict[str, Any]:
    """Of the stations with a broken string: those suspected in a month in which it was broken."""
    broken = {s["name_zh"]: s["broken_from"] for s in truth.stations if s["broken_from"]}
    names = {s["id"]: s["name_zh"] async for s in api.pages(JUDGE, "/industry/v1/stations")}
    findings = [f async for f in api.pages(JUDGE, "/industry/v1/stations/findings")]
    found = {n for f in findings if (n := names[f["station_id"]]) in broken and f["month_on"] >= broken[n]}
    return rate("broken_stations_found", len(found), len(broken))


async def _helpers_told_apart(api: Api, truth: Truth) -> list[dict[str, Any]]:
    """Whether the honest score above those who stay away, and above those who copy their notes."""
    logins = {c["id"]: c["subject"] async for c in api.pages(JUDGE, "/assessment/v1/teams/cadres?role=helper")}
    scores: dict[str, list[int]] = {}
    async for score in api.pages(JUDGE, f"/assessment/v1/scoring/scores?year={YEAR}&kind=helper"):
        behaviour = truth.helpers.get(logins.get(score["subject_id"]) or "", "")
        scores.setdefault(behaviour, []).append(score["rated_x100"])
    honest = scores.get("honest", [])
    return [
        auc("absent_helpers_auc", honest, scores.get("absent", [])),
        auc("copying_helpers_auc", honest, scores.get("copies", [])),
    ]


async def _homes(api: Api) -> list[dict[str, Any]]:
    standing = await allocations(api)
    over = sum(a["area_m2_x100"] > a["cap_m2_x100"] for a in standing)
    needing = [a for a in standing if a["needs_accessible"]]
    missed = sum(not a["accessible"] for a in needing)
    return [rate("homes_over_cap", over, len(standing)), rate("accessibility_misses", missed, len(needing))]


def _hardship(found: Hardship, truth: Truth) -> list[dict[str, Any]]:
    """Of those who fell back and of the deeply poor, whom the register knows as such; and of whom it says so, for how
    many it is not true. Of households that came in meanwhile the truth knows nothing.
    """
    counted = found.counted & truth.households.keys()
    return [
        rate("returns_found", len(found.fell & found.returned), len(found.fell)),
        rate("wrong_return_rate", len(found.returned - found.fell), len(found.returned)),
        rate("deep_poverty_found", len(found.deep & counted), len(found.deep)),
        rate("wrong_deep_poverty_rate", len(counted - found.deep), len(counted)),
    ]


def _suspected(found: Suspected) -> list[dict[str, Any]]:
    """Of those who never were poor, whom a comparison found; and of whom it was upheld, for how many it is not true."""
    upheld = found.upheld
    return [
        rate("never_poor_found", len(found.not_poor & upheld), len(found.not_poor)),
        rate("never_poor_found_of_listed", len(found.listed & upheld), len(found.listed)),
        rate("wrong_suspicion_rate", len(upheld - found.not_poor), len(upheld)),
    ]


def _warned(found: Warned) -> list[dict[str, Any]]:
    """Of those who fell back, about whom there was a warning since; of all warned about, who fell back, and whom
    something befell or who is near the line; and after how many months the first warning came.
    """
    warned = found.first_on.keys()
    rightly = {no for no in warned if no in found.near or found.first_on[no] >= found.struck_on.get(no, "9999")}
    return [
        rate("risk_recall", len(found.found), len(found.fell)),
        rate("risk_precision", len(found.found), len(warned)),
        rate("risk_struck_or_near", len(rightly), len(warned)),
        spread("risk_months", found.months),
    ]


def _screened(found: Screened) -> list[dict[str, Any]]:
    """Of the villages that write what is not so, how many alarm, and of the others; and of a month's inspections how
    many found something wrong, by how they were drawn.
    """
    clean = found.written - found.cheating
    return [
        rate("cheating_villages_found", len(found.cheating & found.alarmed), len(found.cheating)),
        rate("clean_villages_alarmed", len(clean & found.alarmed), len(clean)),
        rate("inspected_wrong_by_signs", found.by_signs.wrong, found.by_signs.inspected),
        rate("inspected_wrong_at_random", found.at_random.wrong, found.at_random.inspected),
    ]


def _entitled(all_of_them: Given) -> list[dict[str, Any]]:
    """Of who is entitled to a policy, who has it; and of who has it, who is not entitled."""
    covered, missing, not_entitled = all_of_them
    return [
        rate("entitled_and_covered", covered, covered + missing),
        rate("covered_and_not_entitled", not_entitled, covered + not_entitled),
    ]
