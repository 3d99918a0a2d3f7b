"""The registry on one screen."""

from pathlib import Path

from services.registry.divisions.api import router as divisions
from services.registry.exits.api import router as exits
from services.registry.exits.rules import EXIT_RULE
from services.registry.households.api import router as households
from services.registry.roster.actions import run_imports
from services.registry.roster.api import router as roster
from shared.service import Service

SERVICE = Service(
    name="registry",
    folder=Path(__file__).parent,
    routers=(divisions, households, roster, exits),
    rules=(EXIT_RULE,),
    background=(run_imports,),
)
