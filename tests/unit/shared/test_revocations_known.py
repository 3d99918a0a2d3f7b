"""A revocation that a process has heard of stays known while a token may live to feel it."""

from shared.acts.revocations import oldest, together

NOW = 1_500_000_000.0


def test_a_look_that_began_before_a_revocation_takes_nothing_back() -> None:
    known = {"li": int(NOW), "wang": int(NOW) - 5}
    assert together(known, {}, NOW) == known
    assert together(known, {"wang": int(NOW), "li": int(NOW) - 9, "zhao": int(NOW)}, NOW) == {
        "li": int(NOW), "wang": int(NOW), "zhao": int(NOW),
    }  # fmt: skip


def test_what_no_token_lives_to_feel_is_forgotten() -> None:
    assert together({"li": oldest(NOW)}, {"wang": oldest(NOW) + 1}, NOW) == {"wang": oldest(NOW) + 1}
