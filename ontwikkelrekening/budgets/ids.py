"""Ids that follow from what they stand for, so that work done again is the same work."""

from uuid import NAMESPACE_URL, UUID, uuid5

_ROOT = uuid5(NAMESPACE_URL, "https://ontwikkelrekening.nl/budgets")


def named(*words: object) -> UUID:
    """The id of something known by its words alone: a run by scheme and year."""
    return uuid5(_ROOT, ":".join(str(word) for word in words))


def part(whole: UUID, *words: object) -> UUID:
    """The id of one part of something that has an id."""
    return uuid5(whole, ":".join(map(str, words)))
