"""The letter as a PDF that a screen reader can read."""

from __future__ import annotations

import json
import re
import zlib
from pathlib import Path
from typing import Any

import pytest

from ontwikkelrekening.citizens.registering import register
from ontwikkelrekening.eligibility.deciding import decide_many
from ontwikkelrekening.eligibility.letter_pdf import letter_pdf
from ontwikkelrekening.eligibility.models import Decision, Scheme
from ontwikkelrekening.eligibility.policies import in_force
from tests.eligibility.conftest import AT, ON
from tests.eligibility.people import fatima, noor


def decision_of(scheme: Scheme, person: object) -> Decision:
    policy, parameters = in_force(scheme, on=ON)
    codes = register([person], at=AT).codes  # type: ignore[list-item]
    (made,) = decide_many(codes, policy=policy, parameters=parameters, on=ON, balances={}, at=AT)
    return Decision.objects.get(pk=made.id)


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("person", [fatima, noor])
def test_the_pdf_is_tagged_and_says_its_language_and_title(
    scheme: Scheme, person: object, language: str
) -> None:
    pdf = letter_pdf(decision_of(scheme, person()), language=language, on=ON, to="F. Test")  # type: ignore[operator]

    assert pdf.startswith(b"%PDF-1.7")
    text = pdf + b"".join(_streams(pdf))
    assert b"<pdfuaid:part>1" in text
    assert b"/StructTreeRoot" in text
    assert f"/Lang({language})".encode() in text
    assert b"/DisplayDocTitle true" in text


def test_the_pdf_says_whose_it_is_and_how_to_object_and_reach_us(
    scheme: Scheme, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: dict[str, Any] = {}

    def compile_(template: Path, *, sys_inputs: dict[str, str], **options: str) -> bytes:
        written.update(json.loads(sys_inputs["letter"]))
        return b""

    monkeypatch.setattr("typst.compile", compile_)
    decision = decision_of(scheme, fatima())
    letter_pdf(decision, language="nl", on=ON, to="Fatima Test")

    assert written["to"] == "Fatima Test"
    assert written["account"] == decision.account_code
    todo = " ".join(written["what_you_can_do"])
    assert "Log in op 127.0.0.1:8000, open dit besluit en kies “Ik ben het er niet mee" in todo
    assert "Bel 0800 0000" in todo


def _streams(pdf: bytes) -> list[bytes]:
    found = []
    for packed in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL):
        try:
            found.append(zlib.decompress(packed.strip()))
        except zlib.error:
            found.append(packed)
    return found
