"""Pausing on the pages: one question, a plain answer, and one button back."""

from __future__ import annotations

from datetime import timedelta

import time_machine
from django.test import Client

from ontwikkelrekening.budgets.models import Pause
from tests.portal.world import TODAY, Town

CHECK = "/pauze/controleren"
UNTIL = (TODAY + timedelta(days=30)).date()


def test_fatima_pauses_sees_it_and_goes_on(fatima: Client, town: Town) -> None:
    with time_machine.travel(TODAY, tick=False):
        assert "Uw tegoed kan wachten" in fatima.get("/").content.decode()
        assert "Wij vragen niet waarom" in fatima.get("/pauze").content.decode()
        asked = fatima.get(CHECK, {"until": UNTIL.isoformat()}).content.decode()
        assert "Klopt dit?" in asked
        assert f'href="/pauze?until={UNTIL.isoformat()}"' in asked
        changed = fatima.get("/pauze", {"until": UNTIL.isoformat()})
        assert f'value="{UNTIL.isoformat()}"' in changed.content.decode()
        assert not Pause.objects.exists()
        assert fatima.post(CHECK, {"until": UNTIL.isoformat()}).status_code == 302

        page = fatima.get("/pauze").content.decode()
        assert "<title>Uw rekening staat op pauze" in page
        assert "Uw rekening staat op pauze" in fatima.get("/").content.decode()
        check = fatima.get(f"/opleidingen/{town.course.pk}/controleren?start=2026-03-09")
        assert "Stop de pauze" in check.content.decode()

        ended = fatima.post("/pauze/stoppen", follow=True).content.decode()
        assert "<title>De pauze is voorbij" in ended
        assert "U kunt weer een opleiding kiezen." in ended
        fatima.post("/pauze/stoppen")
        assert "Op welke dag wilt u weer verder?" in fatima.get("/pauze").content.decode()
    assert Pause.objects.get().ends_on == TODAY.date()


def test_what_cannot_be_is_said_beside_the_field(fatima: Client) -> None:
    with time_machine.travel(TODAY, tick=False):
        for until in ("", "31-02-2026", TODAY.date().isoformat(), "2030-01-01"):
            for answer in (
                fatima.get(CHECK, {"until": until}),
                fatima.post(CHECK, {"until": until}),
            ):
                assert answer.status_code == 422, until
                assert 'id="id_until-error"' in answer.content.decode(), until
    assert not Pause.objects.exists()


def test_back_after_pausing_leads_to_the_pause_and_without_a_day_to_the_question(
    fatima: Client,
) -> None:
    with time_machine.travel(TODAY, tick=False):
        empty = fatima.get(CHECK)
        fatima.post(CHECK, {"until": UNTIL.isoformat()})
        back = fatima.get(CHECK, {"until": UNTIL.isoformat()})

    assert [answer["Location"] for answer in (empty, back)] == ["/pauze", "/pauze"]


def test_a_stranger_is_asked_to_log_in() -> None:
    assert Client().get("/pauze").status_code == 403
    assert Client().post("/pauze/stoppen").status_code == 403
