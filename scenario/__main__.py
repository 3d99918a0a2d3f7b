"""`python -m scenario play|judge --gateway URL --state DIR [--seed N]`, `compare DIR DIR`, and
`roster FILE --sample N [--seed N]`.
"""

import asyncio
import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from scenario.judge.record import differences, digest, read_record
from scenario.judge.report import judge_year, print_report
from scenario.play import play
from scenario.world.roster import write_sample

cli = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)
WIDTH = 116  # of the report where there is no terminal
SHOWN = 3  # lines of a kind, of each year
Gateway = Annotated[str, typer.Option()]
State = Annotated[Path, typer.Option()]


def _console() -> Console:
    console = Console()
    return console if console.is_terminal else Console(width=WIDTH)


def _finish(year: dict[str, Any], state: Path, console: Console) -> None:
    (state / "year.json").write_text(json.dumps(year, ensure_ascii=False, indent=1), encoding="utf-8")
    print_report(year, console)
    raise typer.Exit(0 if all(i["holds"] for i in year["invariants"]) else 1)


@cli.command("play")
def play_year(gateway: Gateway, state: State, seed: int = 2017) -> None:
    """Play 2017 (or what is left of it), then judge it. A year played already is shown again."""
    console = _console()
    if (state / "year.json").exists():
        print_report(json.loads((state / "year.json").read_text(encoding="utf-8")), console)
        return
    figures = asyncio.run(play(gateway, state, seed, console))
    year = asyncio.run(judge_year(gateway, state))
    _finish(year | figures, state, console)


@cli.command("judge")
def judge(gateway: Gateway, state: State) -> None:
    """Check a running system again: the year's table, its quality against the truth, the invariants."""
    known = state / "play.json"
    figures = json.loads(known.read_text(encoding="utf-8")).get("figures", {}) if known.exists() else {}
    year = asyncio.run(judge_year(gateway, state))
    _finish(year | figures, state, _console())


@cli.command("compare")
def compare(first: Path, second: Path) -> None:
    """Hold two judged years against each other, by human numbers; exit code 1 where they differ."""
    try:
        ours, others = read_record(first), read_record(second)
    except OSError as error:
        print(f"{error.filename} cannot be read: {error.strerror}.", file=sys.stderr)
        raise typer.Exit(2) from error
    found = differences(ours, others)
    for kind, (left, right) in found.items():
        print(f"{kind}: {len(left)} lines of the first are not in the second, {len(right)} the other way round")
        print(*left[:SHOWN], *right[:SHOWN], sep="\n")
    print(f"{len(ours)} and {len(others)} lines, {digest(ours)} and {digest(others)}")
    raise typer.Exit(1 if found else 0)


@cli.command("roster")
def write_roster(file: Path, sample: Annotated[int, typer.Option()], seed: int = 2017) -> None:
    """Write a synthetic roster (XLSX) of so many households."""
    try:
        people = write_sample(file, sample, seed)
    except OSError as error:
        print(f"{file} cannot be written: {error.strerror}.", file=sys.stderr)
        raise typer.Exit(2) from error
    print(f"{file}: {sample} households, {people} people, all invented.")


if __name__ == "__main__":
    cli()
