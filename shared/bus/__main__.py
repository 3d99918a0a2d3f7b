"""`python -m shared.bus migrate`: the log as declared, its tables or its topics and rights."""

import asyncio

from shared.process.settings import Settings

if __name__ == "__main__":
    settings = Settings()
    if settings.bus == "postgres":
        from shared.bus.postgres import migrate

        asyncio.run(migrate(settings.owner_url))
    else:
        from shared.bus.admin import declare

        declare(settings)
