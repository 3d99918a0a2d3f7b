"""Industry on one screen."""

from pathlib import Path

from shared import freezes, projection
from shared.service import Service

SERVICE = Service(
    name="industry",
    folder=Path(__file__).parent,
    routers=(),
    reactions={**projection.REACTIONS, **freezes.REACTIONS},
)
