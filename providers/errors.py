"""What every refusal of the domain has in common; each is named beside the function that raises it."""

from __future__ import annotations

from typing import ClassVar


class Unable(Exception):
    """The rules do not allow what was asked; the message says why in one sentence."""

    field: ClassVar[str] = ""  # the part of the request it is about, when it is about one
    sentence: ClassVar[str] = ""

    def __init__(self, sentence: str = "") -> None:
        super().__init__(sentence or self.sentence)
