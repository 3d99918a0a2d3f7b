"""What the register shows of one household."""

from pydantic import BaseModel

from services.registry.cards.schemas import CardShown
from services.registry.entitlements.schemas import EntitlementShown, HaveShown
from services.registry.exits.schemas import ExitSummary
from services.registry.findings.schemas import FindingShown
from services.registry.followups.schemas import FollowUpShown
from services.registry.households.schemas import Household
from services.registry.measures.schemas import MeasureShown
from services.registry.plans.schemas import PlanLineShown
from services.registry.signals.schemas import RiskWarningShown
from shared.acts.bodies import Page
from shared.acts.decisions import DecisionShown


class Dossier(BaseModel):
    household: Household
    exits: Page[ExitSummary]
    findings: Page[FindingShown]
    measures: Page[MeasureShown]
    cards: Page[CardShown]
    plan: Page[PlanLineShown]
    entitlements: list[EntitlementShown]
    haves: list[HaveShown]
    follow_ups: Page[FollowUpShown]
    risk_warnings: Page[RiskWarningShown]
    decisions: list[DecisionShown]
