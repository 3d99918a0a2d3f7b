"""How characters are read: what names are found by, and what those who write by ear take for one another."""

from functools import cache


@cache
def sounds_of(character: str) -> frozenset[str]:
    """Every reading of a character in pinyin without tones; none where nobody knows one."""
    # Half a second and forty megabytes, which no door needs.
    from pypinyin import Style, pinyin

    found = pinyin(character, style=Style.NORMAL, heteronym=True, errors="ignore")
    return frozenset(found[0]) if found else frozenset()


def syllables(name: str) -> tuple[frozenset[str], ...]:
    """The readings of each character of a name; one that nobody can read is taken for itself."""
    return tuple(sounds_of(character) or frozenset({character}) for character in name)
