"""Bringing a township's exit from proposal to announcement, and taking it back: as a village's, by its own rule."""

from services.registry.townships import queries
from services.registry.townships.rules import TOWNSHIP_EXIT, TownshipPolicy
from services.registry.townships.tables import township_exit, township_revocation
from services.registry.villages.actions import EXIT_STEPS, REVOCATION_STEPS, Leaving
from shared.acts.procedures import Procedure
from shared.acts.tasks import OwnTask
from shared.events.registry import TownshipExited, TownshipExitRevoked

EXIT = Procedure("registry.townships", township_exit, (EXIT_STEPS,), key="division")
REVOCATION = Procedure("registry.township_revocations", township_revocation, (REVOCATION_STEPS,))
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
# An exit of a village was taken back that a township's rests on. Nothing follows by itself: the county says, by a
# revocation that another person confirms or rejects, what becomes of the township's.
TOUCHED = OwnTask(
    EXIT.name,
    "touched",
    ("county",),
    ("c.id", "c.division", "NULL::uuid", "v.back_on", "v.back_on + 30"),
    """
    FROM township_exit c CROSS JOIN LATERAL (
        SELECT max(r.decided_on) AS back_on FROM village_revocation r
        WHERE r.state = 'confirmed' AND r.division >= c.division AND r.division <= c.division || '~'
            AND r.decided_on >= c.announced_on AND NOT EXISTS (
                SELECT FROM village_exit x WHERE x.division = r.division AND x.state = 'announced')) v
    WHERE c.state = 'announced' AND v.back_on IS NOT NULL AND NOT EXISTS (
        SELECT FROM township_revocation t WHERE t.exit_id = c.id AND t.proposed_on >= v.back_on)
    """,
    zh="村退出撤销后复核乡镇退出",
    en="Decide about a township's exit after a village's was taken back",
)
