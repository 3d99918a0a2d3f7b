"""The gateway on one screen."""

from pathlib import Path

from shared.service import Service

SERVICE = Service(name="gateway", folder=Path(__file__).parent, routers=(), prefix="")
