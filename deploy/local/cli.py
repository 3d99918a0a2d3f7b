"""The console command `shenchi`."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import Annotated, ParamSpec

import typer

from deploy.local.processes import ROOT, ended, spawn, stop
from deploy.local.state import State, Trouble, default_folder, disk_full, is_disk_full, read_state

app = typer.Typer(
    help="The system a county runs its fight against poverty on, on one machine.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
P = ParamSpec("P")
SEED = 2017
MOMENTS = ["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S.%f%z"]
Seed = Annotated[int, typer.Option(help="The same seed plays the same year.")]


def plainly(command: Callable[P, int | None]) -> Callable[P, None]:
    """Expected troubles end a command with one sentence and exit code 2, without a traceback."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            code = command(*args, **kwargs)
        except Trouble as trouble:
            code = complain(trouble)
        except PermissionError as error:
            code = complain(Trouble(f"This user may not use {error.filename}: change its owner, or SHENCHI_STATE."))
        except OSError as error:
            if not is_disk_full(error):
                raise
            code = complain(disk_full(default_folder()))
        except KeyboardInterrupt:
            code = 130
        raise typer.Exit(code or 0)

    return run


def complain(trouble: Trouble) -> int:
    print(trouble, file=sys.stderr)
    return 2


def running_state() -> State:
    state = read_state(default_folder())
    if state.running("supervisor") is None:
        raise Trouble("Nothing is running: start it with `shenchi up`.")
    return state


def gateway_url(state: State) -> str:
    return f"http://127.0.0.1:{state.ports['gateway']}"


def scenario_command(act: str, state: State, *options: str) -> list[str]:
    place = ["--gateway", gateway_url(state), "--state", str(state.folder)]
    return [sys.executable, "-m", "scenario", act, *options, *place]


@app.command()
@plainly
def up() -> int:
    """Start everything; one line says when it is ready."""
    from deploy.local.supervisor import supervise

    return asyncio.run(supervise(default_folder()))


@app.command()
@plainly
def run() -> int:
    """What `make run` calls: start everything, play the year (SEED), and with ONCE=1 stop after it."""
    from deploy.local.supervisor import TO_TRY, System, supervise

    seed, once = os.environ.get("SEED") or str(SEED), os.environ.get("ONCE") == "1"
    if not seed.isdigit():
        raise Trouble(f"SEED is {seed!r}: give a whole number.")

    async def play(system: System) -> int | None:
        child = spawn(scenario_command("play", system.state, "--seed", seed), log=None)
        try:
            await ended(child)
        finally:
            await stop(child, signal.SIGINT)
        if once:
            return child.returncode
        print(TO_TRY.format(gateway_url(system.state)), flush=True)  # again, as the year's tables stand before it
        return None

    return asyncio.run(supervise(default_folder(), then=play))


@app.command()
@plainly
def year(seed: Seed = SEED) -> int:
    """Play Shenchi's 2017 against the running system."""
    return subprocess.call(scenario_command("play", running_state(), "--seed", str(seed)), cwd=ROOT)


@app.command()
@plainly
def judge() -> int:
    """Check the running system again: the year's table, its quality, the invariants."""
    return subprocess.call(scenario_command("judge", running_state()), cwd=ROOT)


@app.command()
@plainly
def compare(
    first: Annotated[Path, typer.Argument(help="The state folder of a year that was played.")],
    second: Annotated[Path, typer.Argument(help="That of another.")],
) -> int:
    """Hold two played years against each other, by human numbers: exit code 1 where they differ."""
    folders = [str(first.absolute()), str(second.absolute())]
    return subprocess.call([sys.executable, "-m", "scenario", "compare", *folders], cwd=ROOT)


@app.command()
@plainly
def status() -> int:
    """Processes, outbox age, lag, parked keys; exit code 1 when the system is down."""
    from deploy.local.status import print_status

    return print_status(read_state(default_folder()))


@app.command()
@plainly
def token(
    role: Annotated[str, typer.Option(help="county, township, village, helper, bank, subscriber, ...")],
    area: Annotated[str | None, typer.Option(help="Division code; a county's role has the county's.")] = None,
    bank: Annotated[str | None, typer.Option()] = None,
    unit: Annotated[str | None, typer.Option()] = None,
    subject: Annotated[str | None, typer.Option(help="Who it is; `dev-<role>` where not said.")] = None,
    person: Annotated[str | None, typer.Option(help="The register's reference to a villager.")] = None,
) -> None:
    """Print a development token, good for ten minutes."""
    from deploy.local.issuer import COUNTY, development_token, signing_key

    key = signing_key(read_state(default_folder()).folder)
    area = area or (COUNTY if role == "county" else "")
    print(development_token(key, subject or f"dev-{role}", role, area, bank or "", unit or "", person or ""))


@app.command()
@plainly
def people() -> None:
    """Print tokens of people who exist, good for ten minutes, and what to try: `eval "$(shenchi people)"`."""
    from deploy.local.people import print_people

    print_people(running_state())


@app.command()
@plainly
def republish(service: str, topic: Annotated[str | None, typer.Option(help="Only this topic.")] = None) -> int:
    """Publish again what a service has sent, after a topic was lost; consumers drop what they know."""
    from deploy.local.supervisor import PROCESSES, environment

    process = next((each for each in PROCESSES if each.name == service and each.run), None)
    if process is None:
        names = ", ".join(each.name for each in PROCESSES if each.run)
        raise Trouble(f"There is no service {service!r}: it is one of {names}.")
    state = running_state()
    command = [sys.executable, *process.run[: process.run.index("--role")], "republish"]
    options = ["--topic", topic] if topic else []
    return subprocess.call([*command, *options], cwd=ROOT, env=environment(state, PROCESSES, process))


@app.command()
@plainly
def backup(keep: Annotated[int | None, typer.Option(min=1, help="Forget all but the newest so many.")] = None) -> None:
    """Back up everything while it runs; the first one also begins the archive that leads to every moment after."""
    from deploy.local.backup import take_backup

    taken = asyncio.run(take_backup(running_state(), keep))
    print(f"{taken.folder}: good for every moment from {taken.finished_at.isoformat(timespec='seconds')} on.")
    print(f"It holds its own keys ({taken.folder / 'secrets'}): keep those apart, and the rest is unreadable.")


@app.command()
@plainly
def restore(
    to: Annotated[
        datetime | None, typer.Option(formats=MOMENTS, help="With its zone; the latest where not said.")
    ] = None,
    source: Annotated[
        Path | None, typer.Option("--from", help="A backup's folder; the fitting one where not said.")
    ] = None,
) -> None:
    """Go back to a moment, all services at once; the data of now is put aside."""
    from deploy.local.restore import print_restored, restore_to

    print_restored(asyncio.run(restore_to(default_folder(), to, source)))


@app.command()
@plainly
def roster(
    file: Path,
    sample: Annotated[int, typer.Option(min=1, help="How many households.")],
    seed: Seed = SEED,
) -> int:
    """Write a synthetic roster (XLSX), for trying the import."""
    options = ["--sample", str(sample), "--seed", str(seed)]
    return subprocess.call([sys.executable, "-m", "scenario", "roster", str(file.absolute()), *options], cwd=ROOT)


@app.command()
@plainly
def redraw(
    inputs: Annotated[Path, typer.Argument(help="What /relocation/v1/allocation/rounds/{id}/inputs answered.")],
) -> int:
    """Draw a round again from its published inputs and seed; prints the hash that the published result must have."""
    from services.relocation.allocation.rules import digest, draw, read_inputs

    try:
        published = json.loads(inputs.read_text(encoding="utf-8"))
        draws = [(d["draw_no"], d["inputs_hash"] == digest(d["inputs"]), d["inputs"]) for d in published["draws"]]
        given, seed = [read_inputs(document) for _, _, document in draws], published["seed"]
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise Trouble(f"{inputs} does not hold a round's published inputs.") from error
    if not seed:
        raise Trouble("No seed has been published for this round.")
    for (number, genuine, _), each in zip(draws, given, strict=True):
        print(f"draw {number}: inputs {'as hashed' if genuine else 'CHANGED'}, result {digest(draw(each, seed))}")
    return 0 if all(genuine for _, genuine, _ in draws) else 1
