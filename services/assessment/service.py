"""Assessment on one screen."""

from pathlib import Path

from services.assessment.appeals.actions import APPEAL
from services.assessment.appeals.api import router as appeals
from services.assessment.cases.actions import CASE, REVIEWS
from services.assessment.cases.api import router as cases
from services.assessment.cases.tables import case_household
from services.assessment.deeds.api import router as deeds
from services.assessment.deeds.reactions import REACTIONS as DEEDS
from services.assessment.deeds.tables import deed
from services.assessment.dossier.api import router as dossier
from services.assessment.dossier.reactions import REACTIONS as BENEFITS
from services.assessment.scoring.actions import RUN
from services.assessment.scoring.api import router as scoring
from services.assessment.scoring.rules import HELPER_SCORE, UNIT_SCORE
from services.assessment.surveys.actions import ROUND
from services.assessment.surveys.api import router as surveys
from services.assessment.surveys.rules import SURVEY_DRAW
from services.assessment.surveys.tables import survey_candidate, survey_sample, survey_unasked
from services.assessment.teams.api import router as teams
from services.assessment.teams.reactions import REACTIONS as TEAMS
from services.assessment.teams.tables import home_place, pairing
from services.assessment.teams.work import state_helpers
from services.assessment.visits.api import router as visits
from services.assessment.visits.tables import visit
from shared.acts import bonds, projection
from shared.serve.service import Service, together

SERVICE = Service(
    name="assessment",
    folder=Path(__file__).parent,
    routers=(teams, visits, surveys, cases, deeds, scoring, appeals, dossier),
    reactions=together(projection.REACTIONS, bonds.RESIDENTS, TEAMS, DEEDS, BENEFITS),
    follows=(pairing, home_place),
    # Evidence, draws and deeds belong to the village where they were taken, drawn and done. A case names whom it
    # touched where they lived: who confirms it must see them all, or one that moved would not be frozen.
    history=(visit, survey_candidate, survey_sample, survey_unasked, deed, case_household),
    procedures=(CASE, ROUND, RUN, APPEAL),
    own_tasks=(REVIEWS,),
    background=(state_helpers,),
    rules=(SURVEY_DRAW, UNIT_SCORE, HELPER_SCORE),
)
