"""The registry on one screen."""

from pathlib import Path

from services.registry.amendments.actions import AMENDMENT
from services.registry.amendments.api import router as amendments
from services.registry.amendments.rules import AMENDMENT_RULE, RETURN_RULE
from services.registry.arrivals.actions import ARRIVAL
from services.registry.arrivals.api import router as arrivals
from services.registry.arrivals.tables import arrival_person
from services.registry.attestations.actions import SEEN_OTHERWISE
from services.registry.attestations.api import router as attestations
from services.registry.attestations.tables import attestation
from services.registry.attested.api import router as attested
from services.registry.attested.tables import income_attestation
from services.registry.cards.actions import CARDLESS
from services.registry.cards.api import router as cards
from services.registry.cards.tables import household_card
from services.registry.catalogue.rules import EntitlementPolicy
from services.registry.changes.actions import DEPARTURE, REMOVAL
from services.registry.changes.api import router as changes
from services.registry.changes.work import state_people
from services.registry.claims.actions import CLAIM
from services.registry.claims.api import router as claims
from services.registry.claims.tables import claim
from services.registry.contacts.actions import ACCOUNT
from services.registry.contacts.api import router as contacts
from services.registry.contacts.tables import account_change
from services.registry.differences.actions import DIFFERENCE, LISTS, TO_CORRECT
from services.registry.differences.api import router as differences
from services.registry.differences.tables import national_difference
from services.registry.differences.work import end_corrected, run_lists
from services.registry.disclosures.api import router as disclosures
from services.registry.disclosures.reactions import REACTIONS as DISCLOSURES
from services.registry.disclosures.tables import disclosure
from services.registry.disclosures.work import keep_looks, read_names
from services.registry.divisions.api import router as divisions
from services.registry.dossier.api import router as dossier
from services.registry.doubts.actions import DOUBTS
from services.registry.doubts.api import router as doubts
from services.registry.duplicates.actions import DUPLICATE
from services.registry.duplicates.api import router as duplicates
from services.registry.duplicates.tables import duplicate
from services.registry.duplicates.work import end_pairs, run_searches
from services.registry.entitlements.api import router as entitlements
from services.registry.exits.actions import CONSENT, EXIT, OBJECTIONS
from services.registry.exits.api import router as exits
from services.registry.exits.rules import EXIT_RULE
from services.registry.exits.tables import exit_case
from services.registry.filings.api import router as filings
from services.registry.findings.actions import FINDING
from services.registry.findings.api import router as findings
from services.registry.findings.reactions import REACTIONS as FINDINGS
from services.registry.followups.actions import FOLLOW_UP, OVERDUE
from services.registry.followups.api import router as followups
from services.registry.grievances.actions import COMPLAINANT, GRIEVANCE
from services.registry.grievances.api import router as grievances
from services.registry.grievances.tables import grievance
from services.registry.grievances.work import take_higher
from services.registry.hardship.api import router as hardship
from services.registry.hardship.rules import DEPTH_RULE
from services.registry.heads.actions import HEAD
from services.registry.heads.api import router as heads
from services.registry.households.api import router as households
from services.registry.households.reactions import REACTIONS as HOUSEHOLDS
from services.registry.identification.actions import IDENTIFICATION
from services.registry.identification.api import router as identification
from services.registry.identification.rules import IDENTIFICATION_RULE, VOTE_RULE
from services.registry.identification.tables import identification as identification_case
from services.registry.incomes.api import router as incomes
from services.registry.inspections.actions import INSPECTION, LISTING
from services.registry.inspections.api import router as inspections
from services.registry.inspections.tables import inspection
from services.registry.matches.actions import MATCHING, TO_ANSWER
from services.registry.matches.api import router as matches
from services.registry.measures.api import router as measures
from services.registry.measures.reactions import REACTIONS as MEASURES
from services.registry.merges.actions import MERGE
from services.registry.merges.api import router as merges
from services.registry.merges.tables import household_merge
from services.registry.national.api import router as national
from services.registry.national.work import run_exports
from services.registry.payments.reactions import REACTIONS as PAYMENTS
from services.registry.payments.tables import income_payment
from services.registry.plans.actions import PLAN
from services.registry.plans.api import router as plans
from services.registry.plans.reactions import REACTIONS as PLANS
from services.registry.rates.actions import LOOK
from services.registry.rates.api import router as rates
from services.registry.rates.tables import rate_line
from services.registry.record.api import router as record
from services.registry.record.tables import household_standing
from services.registry.resolutions.api import router as resolutions
from services.registry.reversals.actions import REVERSAL
from services.registry.reversals.api import router as reversals
from services.registry.rolls.actions import CHANGE
from services.registry.rolls.api import router as rolls
from services.registry.roster.actions import ROSTER
from services.registry.roster.api import router as roster
from services.registry.roster.work import run_imports
from services.registry.screening.api import router as screening
from services.registry.screening.reactions import REACTIONS as SCREENING
from services.registry.screening.tables import home_visit
from services.registry.sheets.api import router as sheets
from services.registry.signals.actions import TO_ACT_UPON as OF_RISK
from services.registry.signals.actions import WARNING
from services.registry.signals.api import router as signals
from services.registry.signals.reactions import REACTIONS as SIGNALS
from services.registry.signals.rules import RISK_RULE
from services.registry.splits.actions import SPLIT
from services.registry.splits.api import router as splits
from services.registry.splits.tables import household_split
from services.registry.statistics.api import router as statistics
from services.registry.suspicions.actions import OVERDUE as UNLOOKED
from services.registry.suspicions.actions import SUSPICION, TO_ACT_UPON
from services.registry.suspicions.api import router as suspicions
from services.registry.suspicions.rules import SUSPICION_RULE
from services.registry.suspicions.tables import suspicion
from services.registry.suspicions.work import release_unlooked
from services.registry.targets.api import router as targets
from services.registry.touched.actions import TOUCHED
from services.registry.touched.api import router as touched
from services.registry.touched.reactions import REACTIONS as BENEFITS
from services.registry.touched.tables import touched_benefit, touched_case
from services.registry.townships.actions import EXIT as TOWNSHIP_STEPS
from services.registry.townships.actions import REVOCATION as TOWNSHIP_REVOCATION
from services.registry.townships.api import router as townships
from services.registry.townships.rules import TOWNSHIP_EXIT
from services.registry.transfers.actions import TRANSFER
from services.registry.transfers.api import router as transfers
from services.registry.transfers.tables import transfer
from services.registry.trials.api import router as trials
from services.registry.villages.actions import EXIT as VILLAGE_STEPS
from services.registry.villages.actions import REVOCATION as VILLAGE_REVOCATION
from services.registry.villages.actions import TO_SEE
from services.registry.villages.api import router as villages
from services.registry.villages.reactions import REACTIONS as VILLAGES
from services.registry.villages.rules import VILLAGE_EXIT
from services.registry.withdrawals.actions import WITHDRAWAL
from services.registry.withdrawals.api import router as withdrawals
from shared.acts import bonds, freezes
from shared.acts.papers import paper, papers_of
from shared.serve.service import Service, together

SERVICE = Service(
    name="registry",
    folder=Path(__file__).parent,
    # Before `households` those whose paths stand beside /households/{household_id}.
    routers=(
        divisions,
        rolls,
        changes,
        arrivals,
        claims,
        cards,
        heads,
        contacts,
        transfers,
        reversals,
        splits,
        merges,
        disclosures,
        entitlements,
        plans,
        record,
        incomes,
        households,
        sheets,
        roster,
        withdrawals,
        trials,
        statistics,
        identification,
        doubts,
        exits,
        findings,
        amendments,
        villages,
        townships,
        targets,
        measures,
        resolutions,
        dossier,
        grievances,
        attestations,
        attested,
        filings,
        hardship,
        suspicions,
        matches,
        duplicates,
        screening,
        inspections,
        followups,
        signals,
        touched,
        national,
        differences,
        rates,
    ),
    # Who takes a household moves what follows it in the same act, by `move_households` of the database. What was
    # announced, signed, paid, claimed, looked at and complained of stays where it was; a move has two sides, and a
    # standing its own days. Nothing waits sealed of a household that moves.
    history=(
        identification_case,
        exit_case,
        income_payment,
        paper,
        claim,
        grievance,
        transfer,
        household_split,
        household_merge,
        attestation,
        income_attestation,
        household_standing,
        household_card,
        arrival_person,
        account_change,
        disclosure,
        suspicion,
        duplicate,
        home_visit,
        inspection,
        touched_case,
        touched_benefit,
        national_difference,
        rate_line,
    ),
    reactions=together(
        freezes.REACTIONS,
        bonds.PAIRINGS,
        MEASURES,
        PLANS,
        PAYMENTS,
        HOUSEHOLDS,
        VILLAGES,
        DISCLOSURES,
        FINDINGS,
        SCREENING,
        SIGNALS,
        BENEFITS,
    ),
    rules=(
        EXIT_RULE,
        RETURN_RULE,
        AMENDMENT_RULE,
        VILLAGE_EXIT,
        TOWNSHIP_EXIT,
        IDENTIFICATION_RULE,
        VOTE_RULE,
        DEPTH_RULE,
        SUSPICION_RULE,
        RISK_RULE,
    ),
    policies=(EntitlementPolicy,),
    procedures=(
        EXIT,
        AMENDMENT,
        VILLAGE_STEPS,
        VILLAGE_REVOCATION,
        TOWNSHIP_STEPS,
        TOWNSHIP_REVOCATION,
        DEPARTURE,
        REMOVAL,
        ARRIVAL,
        HEAD,
        ACCOUNT,
        TRANSFER,
        CLAIM,
        REVERSAL,
        SPLIT,
        MERGE,
        IDENTIFICATION,
        WITHDRAWAL,
        GRIEVANCE,
        ROSTER,
        FINDING,
        CHANGE,
        SUSPICION,
        MATCHING,
        PLAN,
        DUPLICATE,
        LISTING,
        INSPECTION,
        LOOK,
        FOLLOW_UP,
        WARNING,
        TOUCHED,
        LISTS,
        DIFFERENCE,
        papers_of("registry"),
    ),
    parties=(CONSENT, COMPLAINANT),
    own_tasks=(
        OBJECTIONS,
        *DOUBTS,
        SEEN_OTHERWISE,
        CARDLESS,
        *TO_ACT_UPON,
        UNLOOKED,
        OVERDUE,
        *OF_RISK,
        TO_CORRECT,
        TO_ANSWER,
        TO_SEE,
    ),
    background=(
        run_imports,
        state_people,
        read_names,
        take_higher,
        run_searches,
        end_pairs,
        run_exports,
        run_lists,
        end_corrected,
        release_unlooked,
    ),
    lifespan=keep_looks,
)
