"""How figures are said: durations, money, counts, times of day."""

from __future__ import annotations

MINUTE, HOUR = 60, 3600
CENT = 0.01
TENTH, SHORT = 0.1, 10
"""Seconds below which hundredths, and tenths, are said."""
TREE_DIGITS = 7


def duration(seconds: float) -> str:
    """Say a duration: `0.04 s`, `1.9 s`, `24 s`, `2 min 41 s`, `1 h 5 min`."""
    if seconds < TENTH:
        return f"{seconds:.2f} s"
    if seconds < SHORT:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < MINUTE:
        return f"{whole} s"
    if whole < HOUR:
        return f"{whole // MINUTE} min {whole % MINUTE} s"
    return f"{whole // HOUR} h {whole % HOUR // MINUTE} min"


def dollars(amount: float | None) -> str:
    """Say an amount of money: `$0.12`, and what is not known as `unknown`."""
    if amount is None:
        return "unknown"
    if 0 < amount < CENT:
        return f"${amount:.4f}"
    return f"${amount:.2f}"


def count(number: int, one: str, many: str = "") -> str:
    """Say a number of things: `1 file`, `2 files`, `1,204 tokens`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def short_tree(tree: str) -> str:
    """Return the first digits of a tree's name."""
    return tree[:TREE_DIGITS]
