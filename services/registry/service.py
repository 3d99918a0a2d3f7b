"""The registry on one screen."""

from pathlib import Path

from services.registry.households.api import router as households
from shared.service import Service

SERVICE = Service(name="registry", folder=Path(__file__).parent, routers=(households,))
