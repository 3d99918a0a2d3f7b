"""Industry on one screen."""

from pathlib import Path

from services.industry.corrections.actions import EXCHANGES, PAYMENTS, REVOCATIONS
from services.industry.corrections.api import router as corrections
from services.industry.corrections.tables import certificate_revocation, payment_revocation
from services.industry.departures.reactions import REACTIONS as DEPARTURES
from services.industry.dividends.api import router as dividends
from services.industry.dividends.reactions import REACTIONS as DIVIDENDS
from services.industry.dividends.rules import AGREEMENT
from services.industry.dividends.tables import dividend_agreement, dividend_due, loan_known
from services.industry.dossier.api import router as dossier
from services.industry.dossier.reactions import REACTIONS as BENEFITS
from services.industry.forestry.api import router as forestry
from services.industry.forestry.tables import forest_acceptance, forest_labour, forest_membership, forest_plot
from services.industry.payouts.actions import BATCH, CAME_BACK, OF_REMOVED, RULING
from services.industry.payouts.api import router as payouts
from services.industry.payouts.reactions import REACTIONS as PAYOUTS
from services.industry.payouts.tables import payout_due, payout_line, payout_ruling
from services.industry.plans.actions import PLAN
from services.industry.plans.api import router as plans
from services.industry.plans.rules import BENEFICIARY
from services.industry.plans.tables import station_plan_item
from services.industry.posts.actions import POSTS as POST_ASSIGNMENTS
from services.industry.posts.api import router as posts
from services.industry.posts.rules import ELIGIBILITY
from services.industry.posts.tables import departed, post_assignment, post_attendance
from services.industry.projects.actions import PARTS, REPORTS
from services.industry.projects.api import router as projects
from services.industry.projects.tables import project_participation
from services.industry.restatements.api import router as restatements
from services.industry.restatements.tables import restatement
from services.industry.stations.actions import EXCHANGE
from services.industry.stations.api import router as stations
from services.industry.training.actions import CERTIFICATES
from services.industry.training.api import router as training
from services.industry.training.tables import training_attendance, training_certificate
from shared.acts import bonds, freezes, projection
from shared.serve.service import Service, together

SERVICE = Service(
    name="industry",
    folder=Path(__file__).parent,
    routers=(
        payouts,
        plans,
        stations,
        dividends,
        projects,
        posts,
        training,
        forestry,
        corrections,
        restatements,
        dossier,
    ),
    reactions=together(
        projection.REACTIONS,
        bonds.RESIDENTS,
        bonds.PAIRINGS,
        freezes.REACTIONS,
        PAYOUTS,
        DIVIDENDS,
        DEPARTURES,
        BENEFITS,
    ),
    follows=(
        payout_due,
        payout_line,
        payout_ruling,
        loan_known,
        dividend_agreement,
        dividend_due,
        project_participation,
        post_assignment,
        post_attendance,
        training_attendance,
        training_certificate,
        certificate_revocation,
        payment_revocation,
        forest_plot,
        forest_acceptance,
        forest_membership,
        forest_labour,
        restatement,
    ),
    history=(
        station_plan_item,
        departed,
    ),  # a share stays in the plan of the station's village; who is paid is read anew
    procedures=(
        BATCH,
        RULING,
        EXCHANGE,
        EXCHANGES,
        PLAN,
        POST_ASSIGNMENTS,
        REPORTS,
        PARTS,
        CERTIFICATES,
        REVOCATIONS,
        PAYMENTS,
    ),
    own_tasks=(CAME_BACK, OF_REMOVED),
    rules=(BENEFICIARY, AGREEMENT, ELIGIBILITY),
)
