"""`python -m shared.bus migrate`: the log of a one-machine county."""

import asyncio

from shared.bus.postgres import migrate
from shared.settings import Settings

if __name__ == "__main__":
    asyncio.run(migrate(Settings().owner_url))
