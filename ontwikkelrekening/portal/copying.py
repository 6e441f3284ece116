"""All that is kept about one citizen, in one file for people and programs (AVG 15(3) and 20).

Codes and names of fields are English and stay the same; beside them stand words in Dutch and English.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from ledger.money import to_cents
from ontwikkelrekening.budgets.accounts import EnrolmentLine, enrolments_of, history, overview
from ontwikkelrekening.budgets.history import NEWEST
from ontwikkelrekening.budgets.models import Application, Pause, Refusal
from ontwikkelrekening.budgets.refusing import in_full, reasons
from ontwikkelrekening.citizens import keys
from ontwikkelrekening.citizens.identity import identity_of, key_of
from ontwikkelrekening.citizens.models import (
    AccessLog,
    Circumstance,
    Citizen,
    Exhibit,
    Purpose,
    Writing,
)
from ontwikkelrekening.eligibility.letters import facts_in_words
from ontwikkelrekening.eligibility.models import Decision, Objection
from ontwikkelrekening.eligibility.models.decisions import MACHINE
from ontwikkelrekening.eligibility.reading import facts_of, parameters_of, steps_of
from ontwikkelrekening.portal.words import (
    CATEGORIES,
    CLAIMS,
    ENROLMENTS,
    EVIDENCE,
    FACTS,
    OBJECTIONS,
    SOURCES,
    Words,
    credit_name,
)
from providers.models import Recovery, StateChange

LANGUAGES = ("nl", "en")
LINES_AT_ONCE = 500
Row = dict[str, Any]
Section = tuple[str, Words, Iterable[Row]]


def copy_of(account_code: str, *, on: date) -> Iterator[str]:
    """The file, piece by piece; raises NoIdentity for somebody erased before the first piece."""
    citizen = Citizen.objects.get(account_code=account_code)
    identity, key = identity_of(citizen), key_of(citizen)
    known = "account_code", "born_on", "language", "registered_at", "ended_at"
    you: Row = {
        "given_name": identity.given_name,
        "family_name": identity.family_name,
        "bsn": identity.bsn,
        **_fields(citizen, *known),
    }
    lines = enrolments_of(account_code)
    return _written(
        [
            ("you", _("Who you are"), [you]),
            ("facts", _("What we know about you, and who told us"), _facts(citizen)),
            ("documents", _("What you showed us, as base64"), _documents(citizen, key)),
            ("decisions", _("Your decisions, with the facts and the steps"), _decisions(citizen)),
            ("objections", _("Your objections"), _objections(citizen)),
            ("texts", _("What you wrote to us, and we about you"), _texts(citizen, key)),
            ("credits", _("Your credit"), _credits(citizen, on=on)),
            ("statement", _("What happened on your account, newest first"), _statement(citizen)),
            ("enrolments", _("What you chose, and what we paid for it"), _enrolments(lines)),
            ("applications", _("What you applied for in rounds"), _applications(citizen)),
            ("refusals", _("Where you could not take part in a round"), _refusals(citizen)),
            ("pauses", _("When your account stood still"), _pauses(citizen)),
            ("looks", _("Who looked at your data"), _looks(citizen)),
        ],
        on=on,
    )


def _written(sections: Iterable[Section], *, on: date) -> Iterator[str]:
    about = {
        "about": _both(
            _(
                "All that we keep about you. Amounts are in cents. The codes for providers are left out."
            )
        ),
        "made_on": on,
    }
    yield _json(about)[:-1]
    for name, words, rows in sections:
        yield f',\n{_json(name)}: {{"what": {_json(_both(words))}, "rows": ['
        between = "\n"
        for row in rows:
            yield between + _json(row)
            between = ",\n"
        yield "]}"
    yield "}\n"


def _facts(citizen: Citizen) -> Iterator[Row]:
    for fact in Circumstance.objects.filter(citizen=citizen).order_by("pk"):
        own = "id", "value", "valid_from", "valid_until", "recorded_at", "evidence_due_on"
        yield {
            "kind": _coded(fact.kind, FACTS),
            "source": _coded(fact.source, SOURCES),
            "evidence": _status(fact.evidence, EVIDENCE),
            **_fields(fact, *own, "judged_at"),
        }


def _documents(citizen: Citizen, key: bytes) -> Iterator[Row]:
    shown = Exhibit.objects.filter(fact__citizen=citizen).order_by("handed_in_at", "pk")
    for exhibit in shown.iterator(chunk_size=1):  # each may be 5 MB
        content = keys.decrypt(bytes(exhibit.content), key=key, owner=exhibit.pk.bytes)
        yield {
            **_fields(exhibit, "fact_id", "media_type", "handed_in_at"),
            "content": b64encode(content).decode(),
        }


def _texts(citizen: Citizen, key: bytes) -> Iterator[Row]:
    for writing in Writing.objects.filter(citizen=citizen).order_by("written_at", "pk"):
        text = keys.decrypt(bytes(writing.text), key=key, owner=writing.pk.bytes).decode()
        yield {**_fields(writing, "id", "written_at"), "by": _who(writing.author), "text": text}


def _decisions(citizen: Citizen) -> Iterator[Row]:
    mine = Decision.objects.filter(account_code=citizen.account_code)
    in_full = mine.select_related("policy__scheme").prefetch_related(
        "policy__parameters", "extensions", "deviations"
    )
    for decision in in_full.order_by("recorded_at", "pk"):
        steps = steps_of(decision, parameters=parameters_of(decision.policy))
        own = "id", "decided_on", "outcome", "priority", "grants", "facts", "replaces_id"
        yield {
            "scheme": decision.policy.scheme.name,
            "policy_version": decision.policy.version,
            **_fields(decision, *own, "confirmed_at", "recorded_at"),
            "amount_cents": decision.amount,
            "decided_by": _who(decision.decided_by),
            "facts_in_words": _in_both(partial(_told, decision)),
            "steps": [_fields(step, "rule", "holds", "fact", "value", "ground") for step in steps],
            "more_time": [
                {**_fields(each, "until", "granted_at"), "reason_in_texts": each.reason}
                for each in decision.extensions.all()
            ],
            "deviations": [
                {
                    **_fields(each, "grants", "proposed_at", "answered_at", "result_id"),
                    "reason_in_texts": each.reason,
                }
                for each in decision.deviations.all()
            ],
        }


def _told(decision: Decision) -> dict[str, str]:
    return dict(facts_in_words(facts_of(decision)))


def _objections(citizen: Citizen) -> Iterator[Row]:
    mine = Objection.objects.filter(account_code=citizen.account_code).prefetch_related("moves")
    for objection in mine.order_by("filed_on", "pk"):
        own = "id", "decision_id", "filed_on", "in_time", "committee", "decide_by", "extended"
        yield {
            "state": _status(objection.state, OBJECTIONS),
            **_fields(objection, *own, "result_id"),
            "words_in_texts": objection.words,
            "answer_in_texts": objection.answer,
            "moves": [_move(move) for move in objection.moves.all()],
        }


def _credits(citizen: Citizen, *, on: date) -> Iterator[Row]:
    for line in overview(citizen.account_code, on=on).tranches:
        tranche = line.tranche
        own = "id", "decision_id", "categories", "earmarked", "granted_on", "expires_on"
        yield {
            "kind": {"code": tranche.kind, **_both(credit_name(tranche.kind))},
            "scheme": tranche.scheme.name,
            **_fields(tranche, *own),
            **{
                f"{name}_cents": getattr(line, name)
                for name in ("granted", "used", "reserved", "free", "returned")
            },
        }


def _statement(citizen: Citizen) -> Iterator[Row]:
    before = NEWEST
    while lines := history(citizen.account_code, limit=LINES_AT_ONCE, before=before):
        names = "kind", "on", "credit", "scheme", "decision_id", "course", "provider"
        for line in lines:
            amounts = {"free_changed_by_cents": line.cents, "paid_cents": line.paid_cents}
            yield {**_fields(line, *names, "enrolment_id"), **amounts}
        before = lines[-1].position


def _enrolments(lines: list[EnrolmentLine]) -> Iterator[Row]:
    claims = [claim.pk for line in lines for claim in line.claims]
    moves = _moves([*claims, *(line.enrolment.pk for line in lines)])
    recoveries = _recoveries(claims)
    for line in lines:
        enrolment, course = line.enrolment, line.enrolment.course
        own = "id", "starts_on", "ends_on", "claim_until", "code_valid_until", "agreed_at"
        yield {
            "course": course.name,
            "provider": course.provider.name,
            "kind": {"code": course.category, **_both(CATEGORIES[course.category].name)},
            "state": _status(enrolment.state, ENROLMENTS),
            **_fields(enrolment, *own, "redeemed_at", "terms"),
            "maximum_cents": line.maximum_cents,
            "moves": moves[enrolment.pk],
            "claims": [
                {
                    "state": _status(claim.state, CLAIMS),
                    **_fields(claim, "instalment", "evidence", "reason", "submitted_at"),
                    **_fields(claim, "assessed_at", "paid_at"),
                    "amount_cents": to_cents(claim.amount),
                    "moves": moves[claim.pk],
                    "recoveries": recoveries[claim.pk],
                }
                for claim in line.claims
            ],
        }


def _moves(subjects: list[UUID]) -> dict[UUID, list[Row]]:
    found: dict[UUID, list[Row]] = defaultdict(list)
    for move in StateChange.objects.filter(subject_id__in=subjects).order_by("at", "pk"):
        found[move.subject_id].append(_move(move))
    return found


def _recoveries(claims: list[UUID]) -> dict[UUID, list[Row]]:
    """Of each claim the proposals to take back what it was approved for."""
    found: dict[UUID, list[Row]] = defaultdict(list)
    for recovery in Recovery.objects.filter(claim__in=claims).order_by("proposed_at", "pk"):
        own = "reason", "heard", "proposed_at", "answered_at", "agreed"
        found[recovery.claim_id].append(_fields(recovery, *own))
    return found


def _move(move: Any) -> Row:
    return _fields(move, "event", "from_state", "to_state", "at")


def _applications(citizen: Citizen) -> Iterator[Row]:
    mine = Application.objects.filter(account_code=citizen.account_code)
    for each in mine.select_related("round", "assessment", "placing").order_by("applied_at"):
        assessment, placing = getattr(each, "assessment", None), getattr(each, "placing", None)
        found = "eligible", "priority", "missed"
        yield {
            "round": each.round.name,
            **_fields(each, "id", "applied_at", "changed_at", "withdrawn"),
            "wanted_cents": each.wanted,
            "found_at_closing": _fields(assessment, *found) if assessment else None,
            "place": placing
            and {
                **_fields(placing, "rank", "priority", "missed", "left_list"),
                "lot": bytes(placing.lot).hex(),
                "granted_cents": placing.granted,
            },
        }


def _refusals(citizen: Citizen) -> Iterator[Row]:
    mine = in_full(Refusal.objects.filter(application__account_code=citizen.account_code))
    for refusal in mine.prefetch_related("admissions").order_by("pk"):
        yield {
            **_fields(refusal, "application_id", "unmet", "confirmed_at"),
            "reasons": _in_both(partial(reasons, refusal)),
            "looked_at_again": [
                {
                    **_fields(each, "proposed_at", "answered_at", "admitted"),
                    "reason_in_texts": each.reason,
                }
                for each in refusal.admissions.all()
            ],
        }


def _pauses(citizen: Citizen) -> Iterator[Row]:
    for pause in Pause.objects.filter(account_code=citizen.account_code).order_by("starts_on"):
        yield _fields(pause, "starts_on", "ends_on", "tranches")


def _looks(citizen: Citizen) -> Iterator[Row]:
    for look in AccessLog.objects.filter(citizen=citizen).order_by("at", "pk").iterator():
        why = Purpose(look.purpose).label
        yield {**_fields(look, "at", "actor"), "why": {"code": look.purpose, **_both(why)}}


def _fields(thing: object, *names: str) -> Row:
    return {name: getattr(thing, name) for name in names}


def _who(actor: str) -> str:
    """Whether a machine, the citizen or staff did it: the names of staff are their own."""
    return actor if actor in (MACHINE, "citizen") else "staff"


def _coded(code: str, words: dict[str, Words]) -> Row:
    return {"code": code, **(_both(words[code]) if code in words else {})}


def _status(code: str, words: dict[str, Any]) -> Row:
    return _coded(code, {known: status.name for known, status in words.items()})


def _both(words: Words) -> Row:
    return _in_both(lambda: str(words))


def _in_both(make: Callable[[], object]) -> Row:
    made = {}
    for language in LANGUAGES:
        with override(language):
            made[language] = make()
    return made


def _json(value: object) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)
