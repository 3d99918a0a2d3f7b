"""Figures as people say them: 92.7 %, 5,000 万元, 7,200 people."""

TEN_THOUSAND = 10_000
MEASURES = ("yuan", "ppm")  # said with what they are measured in; people and sheep are counted


def _trimmed(value: float, digits: int) -> str:
    text = f"{value:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def told(value: int, unit: str = "") -> str:
    """A count, with its unit where it is named; yuan in 万元 from ten thousand on, parts per million as percent."""
    if unit == "ppm":
        return f"{value / TEN_THOUSAND:.1f} %"
    if unit == "yuan" and abs(value) >= TEN_THOUSAND:
        return f"{_trimmed(value / TEN_THOUSAND, 2)} 万元"
    return f"{value:,} {unit}".rstrip()


def missed_by(planned: int, actual: int, unit: str) -> str:
    """By how much less was done than was planned, above zero, without its unit, and what part of the plan that is."""
    less = planned - actual
    return f"{told(less, unit if unit in MEASURES else '')} ({_trimmed(100 * less / planned, 1)} %)"


def share(value: float) -> str:
    """A part of one as percent, two decimals."""
    return f"{100 * value:.2f} %"
