"""Who truly wants a loan in 2017: about 50 million yuan that may be lent, and some that may not (S2, S35)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from random import Random
from typing import Literal

from scenario.world import names
from scenario.world.draws import Table, stream
from scenario.world.groups import HOUSEHOLDS
from scenario.world.households import Household
from scenario.world.people import ABLE, AGES_ON, Member
from shared.values.id_number import Sex, birth_on

WANTED_FEN = 5_075_000_000  # eligible, in a world of 9,800 households: over the 50 million, as banks refuse some
FULL_FEN = 5_000_000
FULL_SHARE = 0.43  # of the wishes that are not for shares, so that of all 70 % are full
OTHER_THOUSANDS = Table({(45, 45): 40, (40, 40): 30, (30, 39): 25, (10, 29): 5})
INELIGIBLE_PER_ELIGIBLE = 0.08
OVERDUE = 0.015
BANK = Table({"xinhe": 45, "rcu": 55})
TERM_MONTHS = Table({12: 20, 24: 30, 36: 50})
MONTH = Table({1: 2, 2: 4, 3: 14, 4: 16, 5: 14, 6: 12, 7: 11, 8: 10, 9: 9, 10: 5, 11: 3})
WEIGHT = {"planned": 3.0, "rest": 2.0, "exited": 1.0}  # who asks sooner
BORROWER_AGES = (20, 56)  # so that nobody passes 60 before a loan of three years ends
TOO_OLD = 67
PURPOSE = Table({
    "sheep": 30, "cattle": 12, "pigs": 8, "oats": 8, "flax": 8, "potato": 8, "herbs": 10, "millet": 6,
    "processing": 4, "farmhouse": 2, "shop": 4,
})  # fmt: skip
BARRED_PURPOSE = Table({"house": 55, "wedding": 45})
SHARE_TOWNSHIPS = ("140927200", "140927206", "140927205")  # Donghu, Dayanbei, Liebao: the seed
SHARE_HOUSEHOLDS, SHARE_PURPOSE, SHARE_MONTHS = 515, "pv_share", (1, 1, 2, 2, 3)
NAMED = 0.9  # of the borrowers who are not their household's head: the village says who signs
DIVERTED = 0.02  # of those who borrow for their own trade: the money goes elsewhere
SEXES: tuple[Sex, Sex] = ("male", "female")

Ineligible = Literal["too_old", "purpose", "open_loan", "unregistered"]


@dataclass(frozen=True, slots=True)
class LoanWish:
    """Somebody who goes to a bank in 2017.

    `household_no` is None for people who are not registered. `ineligible` is the truth, None for a wish that
    the rules allow; `overdue` says that interest or principal will not come on time; `diverted`, that the money
    goes into something else than was said; `named`, that the village says who signs, as it is not the head.
    """

    wish_no: str
    household_no: str | None
    village_code: str
    borrower_name: str
    borrower_id_number: str
    bank: str
    amount_fen: int
    purpose: str
    term_months: int
    applies_on: date
    overdue: bool
    ineligible: Ineligible | None
    diverted: bool
    named: bool

    @property
    def borrower_born_on(self) -> date:
        """As the number says."""
        return birth_on(self.borrower_id_number)


def draw_wishes(seed: int, households: Sequence[Household], dead: Collection[str]) -> tuple[LoanWish, ...]:
    """All wishes of the year in the order of their dates; `dead`: identity numbers of who cannot come."""
    rng = stream(seed, "loans")
    order = sorted(households, key=lambda h: rng.random() ** (1 / WEIGHT[h.group]), reverse=True)
    wanted = round(WANTED_FEN * len(households) / HOUSEHOLDS)
    drafts = _shares(seed, order, dead)
    used = {w.household_no for w in drafts}
    wanted -= sum(w.amount_fen for w in drafts)
    for home in order:
        if wanted <= 0:
            break
        borrower = _borrower(home, dead)
        if borrower is None or home.no in used:
            continue
        drafts.append(_wish(rng, home, borrower, None))
        used.add(home.no)
        wanted -= drafts[-1].amount_fen
    free = [(h, _borrower(h, dead)) for h in order if h.no not in used]
    drafts += _ineligible(seed, free, order, drafts)
    drafts.sort(key=lambda w: (w.applies_on, w.borrower_id_number, w.bank))
    numbered = [replace(w, wish_no=f"W{i:05}") for i, w in enumerate(drafts, 1)]
    heads = {h.no: h.members[0].id_number for h in households}
    return tuple(replace(w, named=_is_named(seed, w, heads)) for w in numbered)


def _is_named(seed: int, wish: LoanWish, heads: Mapping[str, str]) -> bool:
    """One who borrows at two banks is named at both or at none."""
    if wish.household_no is None or wish.borrower_id_number == heads[wish.household_no]:
        return False
    return stream(seed, "named", wish.household_no).random() < NAMED


def in_shares(wishes: Sequence[LoanWish]) -> list[LoanWish]:
    """Those that put the money into the PV operator."""
    return [w for w in wishes if w.purpose == SHARE_PURPOSE and w.ineligible is None]


def _shares(seed: int, order: Sequence[Household], dead: Collection[str]) -> list[LoanWish]:
    """Full loans of three years for shares in the station of 10 MW, asked for at the beginning of the year."""
    rng = stream(seed, "loans", "shares")
    near = [h for h in order if h.village_code[:9] in SHARE_TOWNSHIPS] or list(order)
    count = max(1, round(SHARE_HOUSEHOLDS * len(order) / HOUSEHOLDS))
    able = [(h, m) for h in near if (m := _borrower(h, dead)) is not None]
    return [
        replace(
            _wish(rng, home, borrower, None),
            amount_fen=FULL_FEN,
            purpose=SHARE_PURPOSE,
            term_months=36,
            applies_on=date(2017, rng.choice(SHARE_MONTHS), rng.randint(1, 28)),
            diverted=False,
        )
        for home, borrower in able[:count]
    ]


def _borrower(home: Household, dead: Collection[str]) -> Member | None:
    """The first living member who can work and has the age."""
    low, high = BORROWER_AGES
    for m in home.members:
        if m.id_number not in dead and m.labour in ABLE and low <= AGES_ON.year - m.born_on.year <= high:
            return m
    return None


def _wish(rng: Random, home: Household, borrower: Member, ineligible: Ineligible | None) -> LoanWish:
    amount = FULL_FEN
    if rng.random() >= FULL_SHARE:
        amount = rng.randint(*OTHER_THOUSANDS.draw(rng)) * 100_000
    return LoanWish(
        wish_no="",
        household_no=home.no,
        village_code=home.village_code,
        borrower_name=borrower.name,
        borrower_id_number=borrower.id_number,
        bank=BANK.draw(rng),
        amount_fen=amount,
        purpose=(BARRED_PURPOSE if ineligible == "purpose" else PURPOSE).draw(rng),
        term_months=TERM_MONTHS.draw(rng),
        applies_on=date(2017, MONTH.draw(rng), rng.randint(1, 28)),
        overdue=rng.random() < OVERDUE,
        ineligible=ineligible,
        diverted=rng.random() < DIVERTED and ineligible is None,
        named=False,
    )


def _ineligible(
    seed: int,
    free: Sequence[tuple[Household, Member | None]],
    homes: Sequence[Household],
    eligible: Sequence[LoanWish],
) -> list[LoanWish]:
    """A quarter each: too old, a barred purpose, a second loan at the other bank, not registered.

    `free`: households without a wish so far, each with the member who could borrow.
    """
    rng = stream(seed, "loans", "ineligible")
    each = round(len(eligible) * INELIGIBLE_PER_ELIGIBLE / 4)
    old = [(h, h.members[0]) for h, m in free if m is None and AGES_ON.year - h.members[0].born_on.year >= TOO_OLD]
    able = [(h, m) for h, m in free if m is not None]
    wishes = [_wish(rng, h, m, "too_old") for h, m in old[:each]]
    wishes += [_wish(rng, h, m, "purpose") for h, m in able[:each]]
    early = [w for w in eligible if w.applies_on.month <= 8]
    for first in rng.sample(early, min(each, len(early))):
        later = first.applies_on.replace(month=first.applies_on.month + rng.randint(2, 3))
        other = "rcu" if first.bank == "xinhe" else "xinhe"
        wishes.append(replace(first, bank=other, applies_on=later, ineligible="open_loan", diverted=False))
    taken = {m.id_number[:17] for h in homes for m in h.members}
    for home in rng.sample(homes, min(each, len(homes))):
        sex = rng.choice(SEXES)
        birth = names.born_on(rng, rng.randint(24, 56), AGES_ON)
        wish = _wish(rng, home, home.members[0], "unregistered")
        stranger = names.SURNAMES.draw(rng) + names.given_name(rng, sex)
        number = names.id_number(rng, birth, sex, taken)
        wishes.append(replace(wish, household_no=None, borrower_name=stranger, borrower_id_number=number))
    return wishes
