"""Judges a year and prints it."""

from pathlib import Path
from typing import Any

import aiohttp
from rich.console import Console
from rich.table import Table

from scenario.api import Api, read_key
from scenario.judge import (
    counted,
    entitlements,
    figures,
    hardship,
    invariants,
    quality,
    record,
    risks,
    screenings,
    suspicions,
    targets,
    truth,
)
from shared.values.figures import MEASURES, missed_by, share, told


async def judge_year(gateway: str, state: Path) -> dict[str, Any]:
    """`targets`, `quality`, `counted`, `invariants`: what `year.json` holds of the judgement; the record
    stands beside it.
    """
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=120)) as session:
        api = Api(gateway, read_key(state), session)
        listed = api.pages(targets.JUDGE, "/registry/v1/households")
        numbers = {h["id"]: h["household_no"] async for h in listed}
        known = truth.read(state / "truth.jsonl.gz")
        found = await hardship.hardship(api, known, numbers)
        suspected = await suspicions.suspected(api, known, numbers)
        warned = await risks.warned(api, known, numbers)
        policies = await entitlements.given(api)
        screened = await screenings.screened(api, known)
        judged = {
            "targets": targets.table(await figures.actual_figures(api, policies)),
            "quality": await quality.quality(api, known, numbers, found, suspected, warned, screened, policies),
            "counted": await counted.counted(api, found, suspected, screened),
        }
        lines = await record.record(api, numbers, judged)
        record.write_record(lines, state)
        checked = await invariants.invariants(api, state)
        return judged | {"invariants": checked, "record_sha256": record.digest(lines)}


def print_report(year: dict[str, Any], console: Console) -> None:
    """Targets beside actuals, then quality, what was counted, then invariants."""
    table = Table(title="神池县 2017 / Shenchi 2017", title_justify="left")
    for name, justify in (
        ("code", "left"),
        ("目标", "left"),
        ("planned", "right"),
        ("actual", "right"),
        ("", "left"),
    ):
        table.add_column(name, justify=justify)  # type: ignore[arg-type]
    for row in year["targets"]:
        figures = _figure(row, "planned", ""), _figure(row, "actual", row["unit"])
        table.add_row(row["code"], row["title_zh"], *figures, _mark(row))
    console.print(table)
    for item in year["quality"]:
        low, value, high = (_share(item["code"], item[name]) for name in ("low", "value", "high"))
        span = "" if item["low"] is None else f"  ({low} to {high})"
        console.print(f"quality    {item['code']:<28} {value}{span}", highlight=False)
    for item in year.get("counted", []):
        console.print(f"counted    {item['code']:<28} {item['value']}", highlight=False)
    for item in year["invariants"]:
        mark = "[green]holds[/]" if item["holds"] else "[red]FAILS[/]"
        console.print(f"invariant  {item['code']:<28} {mark}  {item['detail']}", highlight=False)
    console.print(f"record     {year.get('record_sha256')}", highlight=False)
    took, asked, memory = (year.get(name) for name in ("seconds", "requests", "peak_pss_mb"))
    console.print(f"played in {took} s, {asked} requests, peak {memory} MB (PSS)", highlight=False)
    console.print(f"an exit reached its subscriber in {year.get('delivery_ms_median')} ms (median)", highlight=False)


def _figure(row: dict[str, Any], name: str, counted: str) -> str:
    """`counted`: how its unit is said where things are counted."""
    return "" if row[name] is None else told(row[name], row["unit"] if row["unit"] in MEASURES else counted)


def _share(code: str, value: float | None) -> str:
    """What ends with `_auc` is a chance to rank two rightly, what ends with `_months` a time: no share of anything."""
    if value is None:
        return "none"
    if code.endswith("_months"):
        return f"{value:.1f} months"
    return f"{value:.4f}" if code.endswith("_auc") else share(value)


def _mark(row: dict[str, Any]) -> str:
    if row["actual"] is None:
        return f"[dim]{row.get('why') or 'no figure'}[/]"
    if row["met"] is None:
        return "[dim]no plan[/]"
    if row["met"]:
        return "[green]met[/]"
    missed = missed_by(row["planned"], row["actual"], row["unit"]) if row["planned"] else "nothing was planned"
    return f"[yellow]missed by {missed}[/]"
