"""What a spreadsheet runs instead of showing it, and how to write that so that it does not."""

from __future__ import annotations

# By the OWASP: a formula, or a space of a kind that a spreadsheet takes off before it looks for one.
STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def is_formula(text: str) -> bool:
    return text.startswith(STARTS)


def harmless(text: str) -> str:
    """The text, with a quote before it where a spreadsheet would run it."""
    return f"'{text}" if is_formula(text) else text
