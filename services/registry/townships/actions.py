"""Bringing a township's exit from proposal to announcement, and taking it back: as a village's, by its own rule."""

from services.registry.townships import queries
from services.registry.townships.rules import TOWNSHIP_EXIT, TownshipPolicy
from services.registry.townships.tables import township_exit, township_revocation
from services.registry.villages.actions import EXIT_STEPS, REVOCATION_STEPS, Leaving
from shared.acts.procedures import Procedure
from shared.events.registry import TownshipExited, TownshipExitRevoked

EXIT = Procedure("registry.townships", township_exit, (EXIT_STEPS,), key="division")
REVOCATION = Procedure("registry.township_revocations", township_revocation, (REVOCATION_STEPS,))
# Where an exit of a village was taken back that a township's rests on, nothing follows by itself: its card shows it,
# and the county says by a revocation, which another person confirms or rejects, what becomes of the township's.
TOWNSHIPS = Leaving(
    EXIT,
    REVOCATION,
    TOWNSHIP_EXIT,
    TownshipPolicy,
    queries.lock_townships,
    queries.list_township_facts,
    queries.insert_cases,
    TownshipExited,
    TownshipExitRevoked,
)
