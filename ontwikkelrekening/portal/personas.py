"""The invented people of the development login; the demo's population holds them."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from ontwikkelrekening.citizens.identity import find_by_bsn
from ontwikkelrekening.portal.words import Words


@dataclass(frozen=True, slots=True)
class Persona:
    bsn: str
    name: str
    situation: Words


PERSONAS = [
    Persona("999900006", "Fatima", _("Works through a temp agency. Raises her children alone.")),
    Persona("999900018", "Henk", _("Permanent job since 2006. MBO 2.")),
    Persona("999900031", "Samira", _("At home with her children. No job, no benefit.")),
    Persona("999900043", "Johan", _("Permanent job, hbo. Raises his children alone.")),
    Persona("999900055", "Ria", _("Raises her child alone, on social assistance.")),
    Persona("999900067", "Thomas", _("Permanent job, university.")),
    Persona("999900079", "Noor", _("We know nothing about her work or her home.")),
]


def personas() -> list[Persona]:
    """Those that this database knows."""
    return [persona for persona in PERSONAS if find_by_bsn(persona.bsn)]
