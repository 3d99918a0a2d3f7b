"""The door to the policy in force: the numbers that rules are given, and the codes that people meet."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from shared.doors.http import CurrentPolicy, current_act
from shared.ground import sentences
from shared.ground.context import Act
from shared.ground.policy import FAR
from shared.ground.sentences import number_sentence
from shared.serve.service import Service
from shared.values.inputs import Day


class PolicyNumber(BaseModel):
    """A number of the rules, in force from `effective_from` until before `effective_to`, null while nothing follows it.

    `value` is what rules are given, in `unit`; the sentences say it in yuan and percent. `source` names the document
    that it comes from, `change_id` the change by which it came: null where the service began with it.
    """

    code: str
    value: Any
    unit: str = Field(description="What the value is counted in.")
    effective_from: date
    effective_to: date | None
    source: str
    change_id: UUID | None
    sentence_en: str = Field(description="The number as people say it, in English.")
    sentence_zh: str = Field(description="The number as people say it, in Chinese.")


class CodeText(BaseModel):
    """A code or a word of a closed vocabulary, and what it says; a figure stands as its name in braces."""

    code: str
    en: str
    zh: str


class PolicyShown(BaseModel):
    """`version` names the whole policy, as decisions hold it. `codes` are those of reasons, findings and refusals, a
    rule's under the rule's name; `words` stand for values within their figures.
    """

    version: str = Field(description="Of the whole policy, as decisions are stored with it.")
    on: date = Field(description="The day on which these are in force.")
    numbers: list[PolicyNumber]
    codes: list[CodeText]
    words: list[CodeText]


def router(service: Service) -> APIRouter:
    """For every role: by which numbers somebody is judged is no secret."""
    doors = APIRouter(tags=["policy"])

    @doors.get("/policy")
    async def show_policy(
        act: Annotated[Act, Depends(current_act)], policy: CurrentPolicy, on: Day | None = None
    ) -> PolicyShown:
        """The numbers in force on a day, today where none is asked for, and what the codes of this service say."""
        day = on or act.business_date
        numbers = [
            PolicyNumber(
                code=e.code,
                value=e.value,
                unit=e.unit,
                effective_from=e.effective_from,
                effective_to=None if e.effective_to == FAR else e.effective_to,
                source=e.source,
                change_id=e.change_id,
                sentence_en=number_sentence(service.name, e.code, e.value, "en"),
                sentence_zh=number_sentence(service.name, e.code, e.value, "zh"),
            )
            for e in policy.entries
            if e.effective_from <= day < e.effective_to
        ]
        codes = list(_codes(service.name))
        words = [CodeText(code=word, **texts) for word, texts in sentences.words().items()]
        return PolicyShown(version=policy.version, on=day, numbers=numbers, codes=codes, words=words)

    return doors


def _codes(service: str) -> Iterator[CodeText]:
    """What a caller of the service may meet; its numbers say themselves."""
    for code, texts in sentences.catalogue().items():
        owner, _, rest = code.partition(".")
        if owner in ("shared", service) and not rest.startswith("policy."):
            yield CodeText(code=code, **texts)
