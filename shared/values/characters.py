"""Characters: which look different and are the same, which are folded, and which no text may hold."""

import re
from string import ascii_letters, digits
from typing import Literal
from unicodedata import category, normalize

FULL_WIDTH = 0xFEE0  # how far behind its ASCII twin a full-width character stands
# Brackets stay what they are: places are named with them.
_TWINS = {ord(c) + FULL_WIDTH: c for c in digits + ascii_letters + "+-.,"}

Fault = Literal["control", "surrogate", "noncharacter", "private_use", "invisible", "lost"]

# Line and paragraph separators end a line where nobody sees it, as controls do.
_CONTROLS = "\x00-\x1f\x7f-\x9f\u2028\u2029"
# Format characters, fillers and joiners: they show nothing, turn the text around, or hide more text behind it.
INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_FAULTS: dict[Fault, str] = {
    "control": _CONTROLS,
    "surrogate": "\ud800-\udfff",
    "noncharacter": "\ufdd0-\ufdef"
    + "".join(chr(plane << 16 | 0xFFFE) + chr(plane << 16 | 0xFFFF) for plane in range(17)),
    "private_use": "\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd",
    "invisible": INVISIBLE,
    "lost": "\ufffc\ufffd",  # what stands where something could not be read
}
_FAULTY = re.compile("|".join(f"(?P<{name}>[{characters}])" for name, characters in _FAULTS.items()))
_LINES = re.compile(r"\r\n?")
# A selector behind an ideograph says which form of it a name has; behind another sign it says how it is drawn.
_SELECTED = re.compile(
    r"(?<=[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd])[\ufe00-\ufe0f\U000e0100-\U000e01ef]"
)
_DRAWN = re.compile(rf"(?<=[^\s{INVISIBLE}])[\ufe0e\ufe0f]")


def half_width(text: str) -> str:
    """Digits, letters and the signs of numbers as they are meant, where a Chinese keyboard typed them full-width."""
    return text.translate(_TWINS)


def composed(text: str) -> str:
    """One form of what can be written in several (NFC), without blanks around it and without how a sign is drawn."""
    if text.isascii():
        return text.strip()
    return _DRAWN.sub("", normalize("NFC", text)).strip()


def with_lines(text: str) -> str:
    """Ends of lines as one character, whoever typed them."""
    return _LINES.sub("\n", text)


def fault(text: str, *, lines: bool = False) -> Fault | None:
    """What the text holds that cannot be stored, or that nobody sees; of several the first.

    `lines`: it may have several lines, and tabs.
    """
    if text.isascii() and text.isprintable():
        return None
    bare = _SELECTED.sub("", text)
    found = _FAULTY.search(bare.replace("\n", "").replace("\t", "") if lines else bare)
    return None if found is None else found.lastgroup  # type: ignore[return-value]


def is_visible(text: str) -> bool:
    """Whether there is anything to see: a letter, a digit or a sign."""
    return any(category(c)[0] in "LNPS" for c in text)
