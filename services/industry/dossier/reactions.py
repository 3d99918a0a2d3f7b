"""What it means here that the register undoes an exit or a registration: it is told what the household was given."""

from collections.abc import Mapping

from services.industry.dossier.queries import list_given
from shared.acts.benefits import answered_by
from shared.events.industry import BenefitsStated
from shared.facts.consumer import Reaction

REACTIONS: Mapping[str, Reaction] = answered_by("industry", BenefitsStated, list_given)
