"""Characters that look different and are the same."""

from string import ascii_letters, digits

FULL_WIDTH = 0xFEE0  # how far behind its ASCII twin a full-width character stands
# Brackets stay what they are: places are named with them.
_TWINS = {ord(c) + FULL_WIDTH: c for c in digits + ascii_letters + "+-.,"}


def half_width(text: str) -> str:
    """Digits, letters and the signs of numbers as they are meant, where a Chinese keyboard typed them full-width."""
    return text.translate(_TWINS)
