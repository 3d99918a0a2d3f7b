"""Assessment on one screen."""

from pathlib import Path

from services.assessment.appeals.api import router as appeals
from services.assessment.cases.api import router as cases
from services.assessment.deeds.api import router as deeds
from services.assessment.deeds.reactions import REACTIONS as DEEDS
from services.assessment.dossier.api import router as dossier
from services.assessment.scoring.api import router as scoring
from services.assessment.scoring.rules import HELPER_SCORE, UNIT_SCORE
from services.assessment.surveys.api import router as surveys
from services.assessment.surveys.rules import SURVEY_DRAW
from services.assessment.teams.api import router as teams
from services.assessment.teams.reactions import REACTIONS as TEAMS
from services.assessment.visits.api import router as visits
from shared.acts import projection
from shared.serve.service import Service

SERVICE = Service(
    name="assessment",
    folder=Path(__file__).parent,
    routers=(teams, visits, surveys, cases, deeds, scoring, appeals, dossier),
    reactions={**projection.REACTIONS, **TEAMS, **DEEDS},
    rules=(SURVEY_DRAW, UNIT_SCORE, HELPER_SCORE),
)
