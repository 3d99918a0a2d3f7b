"""What other registers list, the world alone knows whole: since when somebody has it, and what is seen on the spot."""

from scenario.world import World, listings, looked_at
from scenario.world.registers import EXCUSES, REGISTERS, STRANGERS


def test_whoever_a_comparison_finds_stands_in_the_list_of_that_register(world: World) -> None:
    rows, heads = list(listings(world)), {h.members[0].id_number: h.no for h in world.households}
    found = {(heads[row.id_number], row.register) for row in rows if row.id_number in heads}
    matched = {(no, REGISTERS[code]) for no, truth in world.truth.items() for code in truth.matches}
    assert found == matched
    assert 100 < len(found) < 250, "some 1.5 % of households"
    assert len(rows) - len(found) == STRANGERS
    assert {row.register for row in rows if row.value_fen is not None} == {"vehicles"}
    assert rows == list(listings(world)), "asked again, the same"


def test_who_never_was_poor_had_it_before_he_was_registered(world: World) -> None:
    heads = {h.members[0].id_number: h for h in world.households}
    for row in listings(world):
        if home := heads.get(row.id_number):
            assert (row.since <= home.identified_on) is world.truth[home.no].not_poor


def test_the_task_force_sees_mostly_what_is_so(world: World) -> None:
    never = [no for no, truth in world.truth.items() if truth.matches and truth.not_poor]
    others = [no for no, truth in world.truth.items() if truth.matches and not truth.not_poor]
    seen = {no: looked_at(world, no) for no in (*never, *others)}
    assert 0.85 < sum(seen[no].so for no in never) / len(never) <= 1
    assert 0.3 < sum(seen[no].so for no in others) / len(others) < 0.7
    for no in others:
        excuse = EXCUSES.get(world.truth[no].matches[0]) if seen[no].so else None
        assert seen[no].circumstance == excuse
        assert (seen[no].since is None) is not seen[no].so
    assert all(seen[no].circumstance is None for no in never), "nothing excuses it"
