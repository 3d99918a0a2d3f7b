"""Bodies of the doors to what files propose."""

from datetime import date
from typing import Any

from pydantic import Field

from services.registry.proposals.rules import State
from services.registry.record.rules import words_of
from shared.acts.reasons import Telling
from shared.ground.sentences import sentence
from shared.values.figures import Language


class ProposalShown(Telling):
    """A field of a household, or of one of its people, that a file says otherwise: what is held for true of the file's
    day, and what is to hold since. Both are also said as a sentence, with what becomes of it.
    """

    position: int
    row: int
    household_no: str
    person: str | None
    field: str = Field(description="What of the household, or of one of its people, it is about.")
    stands: Any = Field(description="What is held for true of the field; null where nothing is.")
    proposed: Any = Field(description="What the file says of it.")
    since: date
    state: State

    def _said(self, language: Language) -> str:
        fact = {self.field: words_of(self.field, self.proposed)}
        told = sentence(f"registry.fact.{self.field}", language, fact)
        state = sentence(f"registry.proposal.{self.state}", language)
        return f"{told}{' ' if language == 'en' else ''}{state}"
