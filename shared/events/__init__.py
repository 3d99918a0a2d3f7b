"""The contracts between services: plain data, one module per owner, a recorded sample per version.

A payload changes only by adding optional fields. It carries ids, derived flags and amounts; never names, ID
numbers, phones, accounts or health.
"""

from shared.events import assessment, county, finance, gateway, industry, registry, relocation
from shared.events.envelope import Envelope, Payload

CATALOGUE: dict[str, type[Payload]] = {
    kind.TYPE: kind
    for module in (registry, finance, relocation, industry, assessment, county, gateway)
    for kind in vars(module).values()
    if isinstance(kind, type) and issubclass(kind, Payload) and "TYPE" in vars(kind)
}

__all__ = ["CATALOGUE", "Envelope", "Payload"]
