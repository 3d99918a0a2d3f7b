"""What the system says was done, by the codes of the year's table: sums of its own summaries, nothing counted twice."""

from collections.abc import Mapping
from typing import Any

from scenario.api import Api
from scenario.judge.entitlements import Given, reaching
from scenario.judge.targets import JUDGE, YEAR, Figure

AREAS = {"herd_head": "sheep", "herbs_mu": "herbs", "millet_mu": "millet", "oats_mu": "oats", "flax_mu": "flax"}
WHOLE = 100  # quantities come in hundredths


async def actual_figures(api: Api, policies: Mapping[str, Given]) -> dict[str, Figure]:
    """(planned where the system itself knows it, actual) by code; codes without a room are absent."""
    return (
        await _register(api)
        | {"social_policies": reaching(policies)}
        | await _finance(api)
        | await _relocation(api)
        | await _projects(api)
        | await _work(api)
        | await _power(api)
        | await _help(api)
    )


async def _register(api: Api) -> dict[str, Figure]:
    figures: dict[str, tuple[int, int]] = {}
    for row in (await api.get(JUDGE, f"/registry/v1/targets?year={YEAR}"))["items"]:
        if row["actual"] is not None:
            planned, actual = figures.get(row["code"], (0, 0))
            figures[row["code"]] = planned + row["planned"], actual + row["actual"]
    return dict(figures)


async def _finance(api: Api) -> dict[str, Figure]:
    loans = await api.get(JUDGE, "/finance/v1/loans/summary")
    discounts = await api.get(JUDGE, "/finance/v1/discounts/summary")
    return {
        "loans_issued_yuan": (None, loans["issued_fen"] // 100),
        "loan_discounts_yuan": (discounts["claimed_fen"] // 100, discounts["checked_fen"] // 100),
    }


async def _relocation(api: Api) -> dict[str, Figure]:
    """People, as counted on the day their home was drawn; planned are those who agreed to move."""
    cohorts = {c["cohort"]: c for c in (await api.get(JUDGE, "/relocation/v1/applications/summary"))["cohorts"]}
    none: dict[str, Any] = {"people_agreed": 0, "people_moved_in": 0}
    homesteads = await api.get(JUDGE, "/relocation/v1/homesteads/summary")
    return {
        f"relocated_{year}": (cohorts.get(year, none)["people_agreed"], cohorts.get(year, none)["people_moved_in"])
        for year in (YEAR - 1, YEAR)
    } | {"homesteads_reclaimed": (None, homesteads["reclaimed"])}


async def _projects(api: Api) -> dict[str, Figure]:
    """What townships measured, never what villages reported."""
    totals = await api.get(JUDGE, "/industry/v1/projects/summary")
    kinds: dict[str, dict[str, int]] = {row["kind"]: row for row in totals["items"]}
    works = [p async for p in api.pages(JUDGE, "/industry/v1/projects?kind=works")]
    done = {p["division"] for p in works if p["accepted_x100"] >= WHOLE}

    def measured(kind: str) -> Figure:
        return kinds[kind]["planned_x100"] // WHOLE, kinds[kind]["accepted_x100"] // WHOLE

    return {code: measured(kind) for code, kind in AREAS.items()} | {
        "villages_with_product": measured("product"),
        "leading_enterprises": (None, totals["leading_enterprises"]),
        "online_shops": (None, kinds["shop"]["households"]),
        "farmhouses": (None, kinds["farmhouse"]["households"]),
        "ecommerce_budget_yuan": (None, kinds["ecommerce"]["spent_fen"] // 100),
        "tourism_budget_yuan": (None, kinds["tourism"]["spent_fen"] // 100),
        "village_works": (len({p["division"] for p in works}), len(done)),
    }


async def _work(api: Api) -> dict[str, Figure]:
    posts = await api.get(JUDGE, "/industry/v1/posts/summary")
    public = posts["by_kind"].get("public_welfare", {"posts": 0, "filled": 0})
    training = await api.get(JUDGE, "/industry/v1/training/summary")
    forests = await api.get(JUDGE, "/industry/v1/forestry/summary")
    return {
        "public_posts": (public["posts"], public["filled"]),
        "households_employed": (None, posts["households_employed"]),
        "training_certificates": (None, training["certificates"]),
        "forest_mu": (None, forests["accepted_mu_x100"] // WHOLE),
        "afforestation_members": (None, forests["coop_poor_members"]),
    }


async def _power(api: Api) -> dict[str, Figure]:
    """Stations that are connected and whose meter was read, as their settled power shows."""
    stations = [s async for s in api.pages(JUDGE, "/industry/v1/stations")]
    running = [s["kind"] for s in stations if s["coal_due_fen"] > 0]
    dividends = await api.get(JUDGE, f"/industry/v1/dividends/summary?year={YEAR}")
    sites = sum(s["kind"] == "resettlement" for s in stations)
    return {
        "village_stations": (None, running.count("village")),
        "resettlement_stations": (sites, running.count("resettlement")),
        "ground_station_households": (None, dividends["households"]),
        "guaranteed_dividends": (None, dividends["median_yuan_per_household"]),
    }


async def _help(api: Api) -> dict[str, Figure]:
    scores = await api.get(JUDGE, f"/assessment/v1/scoring/summary?year={YEAR}")
    teams = await api.get(JUDGE, "/assessment/v1/teams/summary")
    survey = await api.get(JUDGE, f"/assessment/v1/surveys/summary?year={YEAR}")
    paired = teams["households_paired"]
    return {
        "key_units": (None, scores["units_key_assessed"]),
        "stationed_units": (None, scores["units_stationed_assessed"]),
        "helpers_assigned": (paired + teams["households_unpaired"], paired),
        "satisfaction": (None, survey["satisfaction_ppm"]),
    }
