"""Bodies of the doors to doubts."""

from uuid import UUID

from services.registry.exits.rules import ObjectionReason
from services.registry.identification.rules import Exclusion
from services.registry.identification.schemas import Evidence
from shared.acts.bodies import Case, Input


class NewObjection(Case):
    """Against the case `id`; `reason` is a word of the list, never a story about people."""

    reason: ObjectionReason


class NewSuspicion(Input):
    """Something that a comparison found of the case `identification_id`, by one of the exclusion matches."""

    id: UUID
    identification_id: UUID
    reason: Exclusion
    evidence: Evidence


class Answer(Input):
    """Whether a doubt is right; `evidence` refers to the proof, and names nobody."""

    upheld: bool
    evidence: Evidence
