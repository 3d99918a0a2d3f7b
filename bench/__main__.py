"""`python -m bench`: a table of ratios, within a minute."""

import asyncio

from rich.console import Console
from rich.table import Table

from bench.acts import bench_acts
from bench.allocation import bench_allocation
from bench.events import bench_consumer, bench_relay
from bench.ground import Result, ground
from bench.payout import bench_payout

LONGEST_SECONDS = 60


async def run() -> list[Result]:
    async with asyncio.timeout(LONGEST_SECONDS), ground() as place:
        return [
            await bench(place) for bench in (bench_acts, bench_relay, bench_consumer, bench_payout, bench_allocation)
        ]


def main() -> None:
    table = Table("what", "ours", "peer", "", "unit", "ours / peer")
    for r in asyncio.run(run()):
        table.add_row(r.name, f"{r.ours:,.0f}", f"{r.peer:,.0f}", r.peer_name, r.unit, f"{r.ratio:.2f}")
    Console(width=118).print(table)


if __name__ == "__main__":
    main()
