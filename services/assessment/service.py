"""Assessment on one screen."""

from pathlib import Path

from shared import projection
from shared.service import Service

SERVICE = Service(
    name="assessment",
    folder=Path(__file__).parent,
    routers=(),
    reactions={**projection.REACTIONS},
)
