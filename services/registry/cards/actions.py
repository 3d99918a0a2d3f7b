"""Handing cards over, and receiving them."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from services.registry.cards import queries
from services.registry.cards.rules import Signer, handing_refusal, signer_refusal
from services.registry.cards.schemas import NewCard, Receipt
from services.registry.cards.tables import Card
from services.registry.households import queries as households
from services.registry.sheets.queries import list_signatories
from services.registry.sheets.tables import Signatory
from shared.acts.batches import take_new
from shared.acts.bodies import Result, answers, result
from shared.acts.tasks import OwnTask
from shared.data.sql import Connection
from shared.ground.context import Act

ROOM = "registry.cards"
CONTENT = ("household_id", "handed_on", "signed_by", "signature", "scan_sha256")
# A household that was announced and has no card, or has not signed for it, a week later [choice].
CARDLESS = OwnTask(
    procedure=ROOM,
    step="handed_over",
    roles=("village",),
    columns=("c.id", "c.division", "c.household_id", "c.since_on", "c.since_on + 7"),
    source="""
        FROM identification c WHERE c.state = 'entered' AND c.since_on <= :on - 7 AND NOT EXISTS (
            SELECT FROM household_card k WHERE k.household_id = c.household_id AND k.signed_on IS NOT NULL)
    """,
    zh="发放明白卡并由户签收",
    en="Hand the household its card, and have it signed for",
)


async def hand_over(connection: Connection, act: Act, items: Sequence[NewCard]) -> list[Result]:
    """Each household has one card; the same again is answered the same."""
    homes = await households.lock_households(connection, [i.household_id for i in items])
    known = await queries.list_by_id(connection, [i.id for i in items])
    carded = set(await queries.list_of_households(connection, list(homes)))
    people = await list_signatories(connection, [i.signed_by for i in items if i.signed_by], act.business_date)

    def judge(item: NewCard) -> str | dict[str, Any]:
        home = homes.get(item.household_id)
        if home is None:
            return "not_found"
        reason = handing_refusal(
            struck=home.status == "removed",
            registered_on=home.registered_on,
            handed_on=item.handed_on,
            on=act.business_date,
        )
        if reason is None and item.signed_by:
            reason = _unsigned(people.get(item.signed_by), item.household_id, act)
        if reason or item.household_id in carded:
            return reason or "has_card"
        carded.add(item.household_id)
        signed_on = item.handed_on if item.signed_by else None
        card = Card(**item.model_dump(), division=home.division, handed_by=act.subject, signed_on=signed_on)
        return card._asdict()

    reasons, _ = await take_new(items, known, CONTENT, judge, partial(queries.insert_cards, connection))
    return answers(ROOM, [i.id for i in items], reasons)


def _unsigned(person: Signatory | None, household_id: Any, act: Act) -> str | None:
    signer = Signer(person.household_id == household_id, person.born_on) if person else None
    return signer_refusal(signer, act.business_date)


async def receive(connection: Connection, act: Act, items: Sequence[Receipt]) -> list[Result]:
    """By one of the household, himself; who says so twice has received it once."""
    cards = await queries.lock_cards(connection, [i.id for i in items])
    people = await list_signatories(connection, [act.caller.person], act.business_date)
    results, seen = list[Result](), set[Any]()
    for item in items:
        card = cards.get(item.id)
        if card is None:
            reason: str | None = "not_found"
        elif item.id in seen:
            reason = "twice_in_batch"
        else:
            reason = _unsigned(people.get(act.caller.person), card.household_id, act)
        seen.add(item.id)
        if card and reason is None and card.signed_on is None:
            await queries.sign(connection, card.id, act.caller.person, act.business_date)
        results.append(result(ROOM, item.id, reason))
    return results
