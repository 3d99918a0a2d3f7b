"""What services say that they gave: every benefit is listed, and once all have answered a person is asked."""

from collections.abc import Sequence

from services.registry.touched import actions
from services.registry.touched.rules import GIVERS, Giver
from shared.data.sql import Connection
from shared.events import assessment, finance, industry, relocation
from shared.events.benefits import OfBenefits
from shared.facts.consumer import Reaction
from shared.ground.context import Act

STATED: dict[Giver, type[OfBenefits]] = {
    "finance": finance.BenefitsStated,
    "relocation": relocation.BenefitsStated,
    "industry": industry.BenefitsStated,
    "assessment": assessment.BenefitsStated,
}


def _heard_from(service: Giver) -> Reaction:
    async def on_benefits_stated(connection: Connection, facts: Sequence[tuple[Act, OfBenefits]]) -> None:
        await actions.record_answers(connection, facts[-1][0], service, [fact for _, fact in facts])

    return on_benefits_stated


REACTIONS: dict[str, Reaction] = {STATED[service].TYPE: _heard_from(service) for service in GIVERS}
