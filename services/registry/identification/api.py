"""Doors to identification: apply, and every step until the household is in the register."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter

from services.registry.exits.schemas import Step
from services.registry.identification import actions, queries
from services.registry.identification.files import masked, unseal
from services.registry.identification.rules import State
from services.registry.identification.schemas import (
    Application,
    Applied,
    ApplyingShown,
    Check,
    Comparison,
    DoubtShown,
    Identification,
    IdentificationSummary,
    Seen,
    Visit,
    Vote,
)
from shared.acts.bodies import Batch, Case, Cursor, Page, Results, page
from shared.acts.decisions import decisions_shown, list_decisions
from shared.acts.dossiers import OwnRules
from shared.acts.minutes import MinutedCase
from shared.acts.procedures import list_steps
from shared.doors.http import OF_HOUSEHOLDS, CurrentDataKeys, CurrentPolicy, Paging, Reading, Transaction, by
from shared.ground.context import Act
from shared.ground.problems import Problem
from shared.values import id_number
from shared.values.inputs import Area

router = APIRouter(prefix="/identifications", tags=["identification"])

Village = Annotated[Act, by("village")]
County = Annotated[Act, by("county")]
Reader = Annotated[Act, OF_HOUSEHOLDS]


@router.get("")
async def list_identifications(
    connection: Paging, at: Cursor, act: Reader, state: State | None = None, division: Area | None = None
) -> Page[IdentificationSummary]:
    """Applications of the caller's area, oldest first; a villager's own."""
    own = act.subject if act.caller.role == "villager" else None
    rows = await queries.list_cases(connection, at, state=state, division=division, applied_by=own)
    return page(IdentificationSummary, rows, at)


@router.get("/{identification_id}")
async def get_identification(
    identification_id: UUID, connection: Reading, rules: OwnRules, data_keys: CurrentDataKeys, act: Reader
) -> Identification:
    """One application whole: who applies, as long as it is open; every step, doubt and decision with its reasons."""
    case = await queries.get_case(connection, identification_id)
    if act.caller.role == "villager" and case.applied_by != act.subject:  # of his neighbours' he reads the notice
        raise Problem("shared.not_found")
    sealed = await queries.list_sealed(connection, [case.id])
    applied = unseal(data_keys, case.id, sealed[case.id]) if sealed else None
    return Identification(
        **case._asdict() | {"seen": Seen.model_validate(case.seen) if case.seen else None},
        applied=applied and Applied(**applied | {"people": [_shown(person) for person in applied["people"]]}),
        steps=[Step(**s) for s in await list_steps(connection, case.id)],
        doubts=[DoubtShown(**d._asdict()) for d in await queries.list_doubts(connection, case.id)],
        decisions=decisions_shown(await list_decisions(connection, str(case.id)), rules),
    )


def _shown(person: dict[str, Any]) -> ApplyingShown:
    identity = person["number"][: id_number.LENGTH]
    told = {"number": masked(person["number"]), "sex": id_number.sex(identity)}
    return ApplyingShown(**person | told | {"work_place": person["work_place"] or ""})


@router.post("")
async def apply(
    body: Batch[Application],
    connection: Transaction,
    policy: CurrentPolicy,
    data_keys: CurrentDataKeys,
    act: Annotated[Act, by("villager", "village", "team", "helper")],
) -> Results:
    """Households ask to be registered: by themselves, or by whoever writes it down for them."""
    return body.answered(await actions.apply_to_be_registered(connection, act, policy, data_keys, body.sound))


@router.post("/visits")
async def visit(
    body: Batch[Visit], connection: Transaction, act: Annotated[Act, by("village", "team", "helper")]
) -> Results:
    """Somebody else has been in the house."""
    return body.answered(await actions.visit(connection, act, body.sound))


@router.post("/votes")
async def review(body: Batch[Vote], connection: Transaction, policy: CurrentPolicy, act: Village) -> Results:
    """The vote of the villagers' representatives; a household that is not voted in is refused."""
    return body.answered(await actions.review(connection, act, policy, body.sound))


@router.post("/checks")
async def check(body: Batch[Check], connection: Transaction, act: Annotated[Act, by("village", "team")]) -> Results:
    """By another person than who wrote down application, visit and vote."""
    return body.answered(await actions.check(connection, act, body.sound))


@router.post("/notices")
async def post_notices(body: Batch[Case], connection: Transaction, policy: CurrentPolicy, act: Village) -> Results:
    """On public notice in the village, the first time."""
    return body.answered(await actions.post_notice(connection, act, policy, body.sound, "noticed"))


@router.post("/township-checks")
async def check_by_township(
    body: Batch[Check], connection: Transaction, act: Annotated[Act, by("township")]
) -> Results:
    """After the first notice."""
    return body.answered(await actions.check_by_township(connection, act, body.sound))


@router.post("/second-notices")
async def post_second_notices(
    body: Batch[Case], connection: Transaction, policy: CurrentPolicy, act: Village
) -> Results:
    """On public notice in the village once more, as the township has checked it."""
    return body.answered(await actions.post_notice(connection, act, policy, body.sound, "noticed_again"))


@router.post("/comparisons")
async def compare(
    body: Batch[Comparison], connection: Transaction, policy: CurrentPolicy, data_keys: CurrentDataKeys, act: County
) -> Results:
    """Compared with other registers, and no doubt left: the rule decides on what was seen."""
    return body.answered(await actions.compare(connection, act, policy, data_keys, body.sound))


@router.post("/entries")
async def enter(
    body: Batch[MinutedCase], connection: Transaction, policy: CurrentPolicy, data_keys: CurrentDataKeys, act: County
) -> Results:
    """By another person of the county than who compared, by the minutes of its leading group: the household is
    announced, and has its number.
    """
    return body.answered(await actions.enter(connection, act, policy, data_keys, body.sound))
