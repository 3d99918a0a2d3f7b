"""The registry on one screen."""

from pathlib import Path

from services.registry.amendments.actions import AMENDMENT
from services.registry.amendments.api import router as amendments
from services.registry.amendments.rules import AMENDMENT_RULE, RETURN_RULE
from services.registry.arrivals.actions import ARRIVAL
from services.registry.arrivals.api import router as arrivals
from services.registry.attestations.actions import SEEN_OTHERWISE
from services.registry.attestations.api import router as attestations
from services.registry.changes.actions import DEPARTURE, REMOVAL
from services.registry.changes.api import router as changes
from services.registry.changes.work import state_people
from services.registry.claims.actions import CLAIM
from services.registry.claims.api import router as claims
from services.registry.disclosures.api import router as disclosures
from services.registry.disclosures.reactions import REACTIONS as DISCLOSURES
from services.registry.disclosures.work import keep_looks, read_names
from services.registry.divisions.api import router as divisions
from services.registry.dossier.api import router as dossier
from services.registry.doubts.actions import DOUBTS
from services.registry.doubts.api import router as doubts
from services.registry.exits.actions import CONSENT, EXIT, OBJECTIONS
from services.registry.exits.api import router as exits
from services.registry.exits.rules import EXIT_RULE
from services.registry.findings.actions import FINDING
from services.registry.findings.api import router as findings
from services.registry.findings.reactions import REACTIONS as FINDINGS
from services.registry.grievances.actions import GRIEVANCE
from services.registry.grievances.api import router as grievances
from services.registry.households.api import router as households
from services.registry.households.reactions import REACTIONS as HOUSEHOLDS
from services.registry.identification.actions import IDENTIFICATION
from services.registry.identification.api import router as identification
from services.registry.identification.rules import IDENTIFICATION_RULE, VOTE_RULE
from services.registry.measures.api import router as measures
from services.registry.measures.reactions import REACTIONS as MEASURES
from services.registry.merges.actions import MERGE
from services.registry.merges.api import router as merges
from services.registry.payments.reactions import REACTIONS as PAYMENTS
from services.registry.record.api import router as record
from services.registry.resolutions.api import router as resolutions
from services.registry.reversals.actions import REVERSAL
from services.registry.reversals.api import router as reversals
from services.registry.roster.actions import ROSTER
from services.registry.roster.api import router as roster
from services.registry.roster.work import run_imports
from services.registry.sheets.api import router as sheets
from services.registry.splits.actions import SPLIT
from services.registry.splits.api import router as splits
from services.registry.targets.api import router as targets
from services.registry.villages.actions import EXIT as VILLAGE_STEPS
from services.registry.villages.api import router as villages
from services.registry.villages.reactions import REACTIONS as VILLAGES
from services.registry.villages.rules import VILLAGE_EXIT
from shared.acts import bonds, freezes
from shared.acts.papers import papers_of
from shared.serve.service import Service, together

SERVICE = Service(
    name="registry",
    folder=Path(__file__).parent,
    # Before `households` those whose paths stand beside /households/{household_id}.
    routers=(
        divisions,
        changes,
        arrivals,
        claims,
        reversals,
        splits,
        merges,
        disclosures,
        record,
        households,
        sheets,
        roster,
        identification,
        doubts,
        exits,
        findings,
        amendments,
        villages,
        targets,
        measures,
        resolutions,
        dossier,
        grievances,
        attestations,
    ),
    # No door of the register moves a household to another village, so nothing here follows one.
    reactions=together(
        freezes.REACTIONS, bonds.PAIRINGS, MEASURES, PAYMENTS, HOUSEHOLDS, VILLAGES, DISCLOSURES, FINDINGS
    ),
    rules=(EXIT_RULE, RETURN_RULE, AMENDMENT_RULE, VILLAGE_EXIT, IDENTIFICATION_RULE, VOTE_RULE),
    procedures=(
        EXIT,
        AMENDMENT,
        VILLAGE_STEPS,
        DEPARTURE,
        REMOVAL,
        ARRIVAL,
        CLAIM,
        REVERSAL,
        SPLIT,
        MERGE,
        IDENTIFICATION,
        GRIEVANCE,
        ROSTER,
        FINDING,
        papers_of("registry"),
    ),
    parties=(CONSENT,),
    own_tasks=(OBJECTIONS, *DOUBTS, SEEN_OTHERWISE),
    background=(run_imports, state_people, read_names),
    lifespan=keep_looks,
)
