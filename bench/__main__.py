"""`python -m bench`: a table of ratios, within some minutes. Where no broker is to be had, without Kafka's.

`python -m bench latency` is its last minute alone, `python -m bench doors` the minute before, `python -m bench as_of`
what it says of days gone by, `python -m bench loans` what banks tell in batches;
`python -m bench revocation` how soon a lost phone is refused.
`python -m bench drain [EVENTS]` takes several, for a million events, `exits [HOUSEHOLDS]` and `lists [HOUSEHOLDS]` for
a register of a million, `duplicates [PEOPLE]` for so many people, `roster [HOUSEHOLDS]` for a file of so many,
`statistics [HOUSEHOLDS]` for what is counted and tried on a county, `screening [SEEDS]` for what is found where some
villages cheat, `signals [SEEDS]` for how well warnings tell who falls back; they are no part of it.
BUS=postgres runs the first and the last of these over the other log.
"""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.acts import bench_acts
from bench.allocation import bench_allocation
from bench.as_of import alone_as_of, bench_as_of
from bench.doors import bench_doors
from bench.drain import bench_drain
from bench.duplicates import bench_duplicates
from bench.events import bench_consumer, bench_relay
from bench.exits import bench_exits
from bench.ground import Result, ground
from bench.kafka import bench_kafka_consumer, bench_kafka_relay, broker
from bench.latency import bench_latency
from bench.lists import bench_lists
from bench.loans import bench_loans
from bench.payout import bench_payout
from bench.revocation import bench_revocation
from bench.roster import bench_roster
from bench.screening import bench_screening
from bench.signals import bench_signals
from bench.statistics import bench_statistics
from deploy.local.kafka import at_hand

LONGEST_SECONDS = 180
# Those that run by themselves.
ALONE: dict[str, Callable[..., Coroutine[Any, Any, list[Result]]]] = {
    "as_of": alone_as_of,
    "doors": bench_doors,
    "latency": bench_latency,
    "loans": bench_loans,
    "revocation": bench_revocation,
    "drain": bench_drain,
    "exits": bench_exits,
    "lists": bench_lists,
    "roster": bench_roster,
    "statistics": bench_statistics,
    "duplicates": bench_duplicates,
    "screening": bench_screening,
    "signals": bench_signals,
}


async def run() -> list[Result]:
    async with asyncio.timeout(LONGEST_SECONDS), ground() as place:
        results = [
            await bench(place) for bench in (bench_acts, bench_relay, bench_consumer, bench_payout, bench_allocation)
        ]
        results += await bench_as_of(place)
        if at_hand():
            async with broker() as kafka:
                results += [await bench_kafka_relay(place, kafka), *await bench_kafka_consumer(place, kafka)]
        return results


async def everything() -> list[Result]:
    """What wants both processors last and alone: the doors, then the real system."""
    return [*await run(), *await bench_doors(), *await bench_latency()]


def chosen(words: list[str]) -> Coroutine[Any, Any, list[Result]]:
    name, *numbers = words or [""]
    if not name:
        return everything()
    if name not in ALONE:
        sys.exit(f"python -m bench [{' | '.join(ALONE)}], the last eight with how many")
    return ALONE[name](*map(int, numbers))


def main() -> None:
    table = Table("what", "ours", "peer", "", "unit", "ours / peer")
    for r in asyncio.run(chosen(sys.argv[1:])):
        table.add_row(r.name, f"{r.ours:,.0f}", f"{r.peer:,.0f}", r.peer_name, r.unit, f"{r.ratio:.2f}")
    Console(width=118).print(table)


if __name__ == "__main__":
    main()
