"""What a superuser changes beside the books is named: claims, payouts, batches, enrolments and grants."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.utils.translation import gettext, override
from djmoney.money import Money

from ledger.checking import findings_of
from ledger.models import Transfer
from ledger.posting import reverse
from ontwikkelrekening.audit.against_books import CHECKS, check_against_books
from ontwikkelrekening.budgets.pausing import pause, resume
from ontwikkelrekening.budgets.reserving import agree, cancel
from ontwikkelrekening.citizens.identity import erase
from ontwikkelrekening.citizens.models import Citizen
from ontwikkelrekening.eligibility import deviating, objecting
from ontwikkelrekening.payouts import recovering, writing_off
from ontwikkelrekening.payouts.bank_statements.explaining import explain
from ontwikkelrekening.payouts.models import BankEntry
from ontwikkelrekening.payouts.paying import (
    prepare_batch,
    release_batch,
    return_payout,
    settle_batch,
    withdraw_batch,
)
from ontwikkelrekening.payouts.repaying import book_repayment
from ontwikkelrekening.payouts.withdrawing import withdraw
from providers import changing_iban, claiming, suspending
from providers.models import Provider
from providers.reminding import remind
from tests.audit.world import COMPLETED, Year, claim, employer, enrol
from tests.budgets.world import AT, LATER, ON, STARTS_ON, World, course

pytestmark = pytest.mark.django_db

NEXT = COMPLETED + timedelta(days=100)  # when what was recovered is late

# For each check what somebody may do by hand, as the owner of the database, that it names.
ALTERED = {
    "every approved claim is booked, and no other": [
        "UPDATE providers_claim SET amount = 151 WHERE state = 'paid'",
        "UPDATE providers_claim SET state = 'approved' WHERE state = 'in_review'",
        "UPDATE providers_claim SET state = 'refused' WHERE state = 'paid'",
        "DELETE FROM providers_claim WHERE state = 'paid'",
    ],
    "every recovered claim is booked back, and no other": [
        "UPDATE providers_claim SET amount = 41 WHERE state = 'recovered'",
        "UPDATE providers_claim SET paid_at = NULL WHERE state = 'recovered'",
        "UPDATE providers_claim SET state = 'paid' WHERE state = 'recovered'",
        "UPDATE providers_claim SET state = 'recovered' WHERE state = 'paid'",
        "DELETE FROM providers_claim WHERE state = 'recovered'",
    ],
    "every recovered claim says why, as two people decided": [
        "UPDATE providers_claim SET reason = 'x' WHERE state = 'recovered'",
        "UPDATE providers_claim SET state = 'paid' WHERE state = 'recovered'",
        "UPDATE providers_claim SET state = 'recovered' WHERE state = 'paid'",
        "UPDATE providers_recovery SET reason = 'x'",
        "UPDATE providers_recovery SET agreed = false",
        "DELETE FROM providers_recovery",
    ],
    "every recovery says what was decided": [
        *(
            f"UPDATE providers_recovery SET {change}"
            for change in (
                "reason = 'x'",
                "heard = 'x'",
                "proposed_by = 'x'",
                "proposed_at = now()",
                "answered_by = 'x'",
                "answered_at = now()",
                "agreed = false",
            )
        ),
        "DELETE FROM providers_recovery",
    ],
    "every claim that was paid and recovered is as far as the payout that paid it": [
        "UPDATE providers_claim SET payment_reference = 'x' WHERE state = 'recovered'",
        "UPDATE providers_claim SET taken_up_at = now() WHERE state = 'recovered'",
        "UPDATE providers_claim SET taken_up_at = NULL WHERE state = 'recovered'",
        "UPDATE providers_claim SET paid_at = now() WHERE state = 'recovered'",
        "DELETE FROM payouts_payoutline",
        "UPDATE payouts_payoutline SET stands = false",
        "UPDATE payouts_payout SET state = 'returned', reason = 'x'",
    ],
    "every repayment and write-off is booked, and no other": [
        "UPDATE payouts_writeoff SET amount = 1",
        "UPDATE payouts_writeoff SET answered_at = answered_at + interval '1 day'",
        "UPDATE payouts_writeoff SET provider_id = gen_random_uuid()",
        "UPDATE payouts_writeoff SET agreed = false WHERE withdrawn_at IS NULL",
        "DELETE FROM payouts_writeoff WHERE withdrawn_at IS NULL",
        "UPDATE payouts_repayment SET amount = 1",
        "UPDATE payouts_repayment SET received_on = received_on + 1",
        "UPDATE payouts_repayment SET provider_id = gen_random_uuid()",
        "UPDATE payouts_repayment SET amount = 1 WHERE withdrawn_at IS NOT NULL",
        "DELETE FROM payouts_repayment",
    ],
    "every repayment says what was booked": [
        "UPDATE payouts_repayment SET reference = 'x'",
        "UPDATE payouts_repayment SET booked_by = 'x'",
        "UPDATE payouts_repayment SET booked_at = now()",
    ],
    "every write-off says what was decided": [
        "UPDATE payouts_writeoff SET reason = 'x'",
        "UPDATE payouts_writeoff SET proposed_by = 'x'",
        "UPDATE payouts_writeoff SET proposed_at = now()",
        "UPDATE payouts_writeoff SET answered_by = 'x'",
        "UPDATE payouts_writeoff SET answered_at = answered_at + interval '1 second'",
    ],
    "every withdrawn repayment or write-off is booked back as it was withdrawn, and no other": [
        "UPDATE payouts_writeoff SET withdrawn_because = 'x' WHERE withdrawn_at IS NOT NULL",
        """UPDATE payouts_writeoff SET withdrawn_by = '', withdrawn_at = NULL, withdrawn_because = ''
           WHERE withdrawn_at IS NOT NULL""",
        """UPDATE payouts_writeoff SET withdrawn_by = 'x', withdrawn_at = now(),
           withdrawn_because = 'x' WHERE withdrawn_at IS NULL AND agreed""",
        "UPDATE payouts_repayment SET withdrawn_by = 'x' WHERE withdrawn_at IS NOT NULL",
        "UPDATE payouts_repayment SET withdrawn_at = now() WHERE withdrawn_at IS NOT NULL",
        "UPDATE payouts_repayment SET withdrawn_because = 'x' WHERE withdrawn_at IS NOT NULL",
        """UPDATE payouts_repayment SET withdrawn_by = '', withdrawn_at = NULL, withdrawn_because = ''
           WHERE withdrawn_at IS NOT NULL""",
        """UPDATE payouts_repayment SET withdrawn_by = 'x', withdrawn_at = now(),
               withdrawn_because = 'x' WHERE withdrawn_at IS NULL""",
        """UPDATE ledger_transfer SET amount = amount + 1 WHERE booking_id IN (
               SELECT id FROM ledger_booking WHERE kind = 'reverse')""",
        """INSERT INTO ledger_booking (id, kind, cause, description, effective_on, booked_at, xid)
           SELECT gen_random_uuid(), 'reverse', 'transfer:' || t.xid || '-' || t.seq, '',
                  t.effective_on, now(), 1
           FROM ledger_transfer t JOIN ledger_booking b ON (b.xid, b.id) = (t.xid, t.booking_id)
           JOIN payouts_repayment r ON r.id = b.id AND r.withdrawn_at IS NULL
           WHERE b.kind = 'repay'""",
        "DELETE FROM payouts_repayment WHERE withdrawn_at IS NOT NULL",
    ],
    "every claim is as far as the payout that it stands in": [
        "UPDATE providers_claim SET state = 'approved' WHERE state = 'paid'",
        "UPDATE providers_claim SET payment_reference = 'X' WHERE state = 'paid'",
        "UPDATE providers_claim SET paid_at = paid_at + interval '1 day' WHERE state = 'paid'",
        "UPDATE providers_claim SET taken_up_at = now() WHERE state = 'paid'",
        "UPDATE payouts_payout SET reference = reference || 'X'",
        "UPDATE payouts_paymentbatch SET settled_at = now() WHERE settled_at IS NOT NULL",
    ],
    "every claim says what was approved": [
        *(
            f"UPDATE providers_claim SET {change} WHERE state = 'paid'"
            for change in (
                "instalment = 'other'",
                "evidence = '{\"exam\": true}'",
                "submitted_by = 'x'",
                "submitted_at = now()",
                "assessed_at = now()",
            )
        ),
        "UPDATE providers_statechange SET actor = 'x' WHERE event = 'approve'",
        "DELETE FROM providers_statechange WHERE event = 'approve'",
        *(
            f"UPDATE providers_review SET {change} WHERE verdict = 'approve'"
            for change in (
                "verdict = ''",
                "judged_by = 'x'",
                "judged_at = now()",
                "picked_because = 'too_soon'",
            )
        ),
        "DELETE FROM providers_review WHERE verdict = 'approve'",
    ],
    "every claim that a person looks at has its review, and a refusal two people": [
        "UPDATE providers_claim SET state = 'refused' WHERE state = 'in_review'",
        "DELETE FROM providers_review WHERE verdict = ''",
        "DELETE FROM providers_review WHERE verdict = 'refuse'",
        "UPDATE providers_review SET confirmed_by = 'x' WHERE verdict = 'refuse'",
        "UPDATE providers_review SET judged_by = '' WHERE verdict = 'refuse'",
        "UPDATE providers_review SET reason = 'x' WHERE verdict = 'refuse'",
        "UPDATE providers_review SET verdict = 'approve' WHERE verdict = 'refuse'",
        "UPDATE providers_claim SET reason = 'x' WHERE state = 'refused'",
        "UPDATE providers_statechange SET actor = 'x' WHERE event = 'refuse'",
        """INSERT INTO providers_review
               (claim_id, picked_because, opened_at, verdict, reason, judged_by, confirmed_by)
           SELECT id, 'terms', now(), 'approve', '', 'x', '' FROM providers_claim
           WHERE id NOT IN (SELECT claim_id FROM providers_review) LIMIT 1""",
    ],
    "every course, enrolment and claim is in the state that it was moved to": [
        "UPDATE providers_course SET state = 'withdrawn'",
        "UPDATE providers_enrolment SET state = 'lapsed' WHERE state = 'redeemed'",
        "UPDATE providers_enrolment SET state = 'cancelled' WHERE state = 'redeemed'",
        "UPDATE providers_enrolment SET state = 'redeemed' WHERE state = 'cancelled'",
        "UPDATE providers_claim SET state = 'refused' WHERE state = 'in_review'",
        "UPDATE providers_claim SET state = 'withdrawn' WHERE state = 'refused'",
        "DELETE FROM providers_enrolment WHERE state = 'cancelled'",
        "DELETE FROM providers_claim WHERE state = 'refused'",
        "DELETE FROM providers_statechange WHERE event = 'cancel'",
        "DELETE FROM providers_statechange WHERE event = 'pick'",
        "UPDATE providers_statechange SET event = 'approve' WHERE event = 'refuse'",
        "UPDATE providers_statechange SET to_state = 'withdrawn' WHERE event = 'refuse'",
    ],
    "every course and enrolment says when it was moved": [
        "UPDATE providers_enrolment SET redeemed_at = NULL",
        "UPDATE providers_enrolment SET redeemed_at = redeemed_at + interval '1 day'",
        "UPDATE providers_course SET published_at = now()",
        "UPDATE providers_statechange SET at = now() WHERE event = 'redeem'",
        "UPDATE providers_statechange SET at = now() WHERE event = 'publish'",
    ],
    "every enrolment reserved its maximum": [
        "UPDATE providers_enrolment SET maximum = maximum + 1",
    ],
    "every enrolment says what was agreed": [
        *(
            f"UPDATE providers_enrolment SET {change} WHERE state = 'redeemed'"
            for change in (
                "terms = jsonb_set(terms, '{0,cents}', '1')",
                "course_id = (SELECT max(id::text)::uuid FROM providers_course)",
                "provider_id = gen_random_uuid()",
                "starts_on = starts_on - 1",
                "ends_on = ends_on + 1",
                "claim_until = claim_until + 1",
                "code_valid_until = code_valid_until + 1",
                "code_digest = sha256(code_digest)",
                "agreed_at = now()",
            )
        ),
        "UPDATE budgets_agreement SET account_code = 'R-0000'",
        "DELETE FROM budgets_agreement",
        "DELETE FROM providers_enrolment WHERE state = 'cancelled'",
    ],
    "every enrolment that has ended holds nothing any more": [
        "UPDATE providers_enrolment SET state = 'finished' WHERE state = 'redeemed'",
        "UPDATE providers_enrolment SET state = 'lapsed' WHERE state = 'redeemed'",
        "UPDATE providers_enrolment SET state = 'cancelled' WHERE state = 'redeemed'",
    ],
    "every payout is the sum of its claims": [
        "UPDATE payouts_payout SET amount = 151",
        "DELETE FROM payouts_payoutline",
    ],
    "every bank statement begins where the one before it ended": [
        """INSERT INTO payouts_bankstatement (id, identifier, iban, follows_id, closes_on,
               opening, opening_currency, closing, closing_currency, taken_in_by, taken_in_at)
           SELECT gen_random_uuid(), 'x', iban, id, closes_on, 0, 'EUR', 0, 'EUR', 'x', taken_in_at
           FROM payouts_bankstatement""",
    ],
    "the entries of every bank statement lead from its opening to its closing balance": [
        "UPDATE payouts_bankentry SET amount = 26 WHERE amount > 0",
        "DELETE FROM payouts_bankentry WHERE amount > 0",
        "UPDATE payouts_bankstatement SET closing = 5",
    ],
    "what the bank paid, sent back or took in for us is so": [
        "UPDATE payouts_bankentry SET cause = 'batch:x' WHERE became = 'paid'",
        "UPDATE payouts_bankentry SET became = 'returned', cause = 'batch:x' WHERE became = 'paid'",
        "UPDATE payouts_bankentry SET became = 'repaid' WHERE became = 'paid'",
    ],
    "nothing was released to a provider whose payments were suspended": [
        """INSERT INTO providers_suspension (id, provider_id, reason, until, proposed_by, proposed_at,
               answered_by, answered_at, agreed, lifted_by)
           SELECT gen_random_uuid(), p.id, 'x', released_at::date, 'x', released_at, 'y',
               released_at - interval '1 second', true, ''
           FROM providers_provider p, payouts_paymentbatch LIMIT 1""",
    ],
    "every payout is booked as far as it came, and no other": [
        "UPDATE payouts_payout SET amount = 151",
        "UPDATE payouts_payout SET state = 'returned', reason = 'AC04'",
        "UPDATE payouts_payout SET state = 'sent_back', reason = 'AC04'",
    ],
    "every batch was released and settled when that was booked": [
        """UPDATE payouts_paymentbatch SET settled_at = settled_at + interval '1 day'""",
        """UPDATE payouts_paymentbatch SET released_at = released_at - interval '1 day'""",
    ],
    "nothing that went to the bank or came back was reversed": [
        *(
            f"""INSERT INTO ledger_booking (id, kind, cause, description, effective_on, booked_at, xid)
                SELECT gen_random_uuid(), 'reverse', 'transfer:' || t.xid || '-' || t.seq, '',
                       t.effective_on, now(), 1
                FROM ledger_transfer t JOIN ledger_booking b ON (b.xid, b.id) = (t.xid, t.booking_id)
                WHERE b.kind = '{kind}' AND {such}"""
            for kind, such in (
                ("payment", "true"),
                ("settle", "true"),
                (
                    "claim",
                    "b.cause IN (SELECT 'claim:' || id FROM providers_claim WHERE state = 'paid')",
                ),
                ("recover", "true"),
            )
        ),
    ],
    "every payout agrees with the state of its batch": ["UPDATE payouts_payout SET state = 'open'"],
    "every payment file is the file that was hashed": [
        "UPDATE payouts_paymentbatch SET file = file || ' '::bytea",
        "UPDATE payouts_paymentbatch SET file_sha256 = repeat('0', 64)",
    ],
    "every payment file says what was released": [
        """UPDATE payouts_paymentbatch SET file = file || ' '::bytea,
               file_sha256 = encode(sha256(file || ' '::bytea), 'hex') WHERE file IS NOT NULL""",
        "UPDATE payouts_paymentbatch SET pay_on = pay_on + 1",
        "UPDATE payouts_paymentbatch SET prepared_by = 'x'",
        "UPDATE payouts_paymentbatch SET released_by = 'x' WHERE released_by <> ''",
        "UPDATE payouts_paymentbatch SET message_id = message_id || 'x'",
        "UPDATE payouts_payout SET iban = 'NL91ABNA0417164300'",
        "UPDATE payouts_payout SET reference = reference || 'x'",
        "UPDATE payouts_payout SET provider_id = gen_random_uuid()",
        "UPDATE payouts_payoutline SET claim_id = gen_random_uuid()",
        "DELETE FROM payouts_paymentbatch",
        "DELETE FROM payouts_payout",
        "UPDATE payouts_vouchedrecord SET digest = sha256(digest)",
        "UPDATE payouts_vouchedrecord SET subject = 'x' WHERE kind = 'reminder'",
        "UPDATE payouts_vouchedrecord SET at = at - interval '1 year'",
        "DELETE FROM payouts_vouchedrecord WHERE kind = 'suspension'",
        """INSERT INTO payouts_vouchedrecord (batch_id, kind, subject, at, digest)
           SELECT batch_id, kind, gen_random_uuid(), at, digest FROM payouts_vouchedrecord""",
    ],
    "every provider has the IBAN that two people agreed to": [
        """INSERT INTO providers_ibanchange (id, provider_id, before, after, reason, proposed_by,
               proposed_at, answered_by, answered_at, agreed)
           SELECT gen_random_uuid(), id, 'x', 'y', 'x', 'x', now(), 'y', now(), true
           FROM providers_provider""",
        "UPDATE providers_provider SET iban = 'NL91ABNA0417164300'",
        "UPDATE providers_provider SET iban = ''",
        "UPDATE providers_ibanchange SET agreed = false",
        "DELETE FROM providers_ibanchange",
    ],
    "every payout went to the IBAN that two people had agreed to": [
        "UPDATE payouts_payout SET iban = 'NL91ABNA0417164300'",
        "UPDATE providers_ibanchange SET after = 'NL91ABNA0417164300'",
        "UPDATE providers_ibanchange SET agreed = false",
        "UPDATE providers_ibanchange SET answered_at = now() + interval '1 year'",
        "DELETE FROM providers_ibanchange",
        """INSERT INTO providers_ibanchange (id, provider_id, before, after, reason, proposed_by,
               proposed_at, answered_by, answered_at, agreed)
           SELECT gen_random_uuid(), provider_id, after, 'x', 'x', 'x', answered_at, 'y',
               answered_at + interval '1 second', true
           FROM providers_ibanchange""",
    ],
    "every grant is booked, and no other": [
        "UPDATE budgets_tranche SET granted = granted + 1",
        "DELETE FROM budgets_tranche WHERE kind = 'general'",
    ],
    "every grant says what was booked, and the decision and policy that it follows from": [
        *(
            f"UPDATE budgets_tranche SET {change} WHERE kind = '{kind}'"
            for kind in ("general", "round", "contribution_employer")
            for change in (
                "account_code = 'R-0000'",
                "decision_id = gen_random_uuid()",
                "expires_on = expires_on + 1",
                "expires_on = CASE WHEN expires_on IS NULL THEN granted_on END",
                "granted_on = granted_on + 1",
                "kind = 'other'",
                "categories = '{travel}'",
                "earmarked = NOT earmarked",
                "scheme_id = scheme_id + 1",
            )
            if kind == "contribution_employer" or change != "expires_on = expires_on + 1"
        ),
        "UPDATE budgets_pause SET ends_on = ends_on + 1",
        "DELETE FROM budgets_pause",
        *(
            f"UPDATE eligibility_decision SET {change} WHERE outcome = 'granted'"
            for change in (
                "account_code = 'R-0000'",
                "decided_on = decided_on + 1",
                "priority = priority + 1",
                "amount = amount + 1",
                "grants = '[]'",
                "decided_by = 'x', replaces_id = id",
                "recorded_at = now()",
                "policy_id = policy_id + 1",
            )
        ),
        "DELETE FROM eligibility_decision WHERE outcome = 'granted'",
        "UPDATE eligibility_policy SET starts_on = starts_on - 1",
        "UPDATE eligibility_policy SET approved_by_id = 1000",
        "UPDATE eligibility_policyparameter SET value = '1' WHERE key = 'course_cap_cents'",
        "UPDATE eligibility_policyparameter SET ground = 'x'",
        "DELETE FROM eligibility_policyparameter WHERE key = 'course_cap_cents'",
    ],
    "every place in a round was granted what is booked, to whose it is": [
        "UPDATE budgets_placing SET granted = 0",
        "UPDATE budgets_placing SET granted = granted - 1 WHERE rank = 1",
        "UPDATE budgets_placing SET granted = 1 WHERE rank = 4",
        "DELETE FROM budgets_placing WHERE rank = 1",
        "UPDATE budgets_placing SET round_id = gen_random_uuid()",
        """UPDATE budgets_application SET account_code = 'R-0000'
           WHERE id IN (SELECT application_id FROM budgets_placing WHERE rank = 1)""",
        "DELETE FROM budgets_application",
        "UPDATE budgets_tranche SET account_code = 'R-0000' WHERE kind = 'round'",
        "UPDATE budgets_round SET state = 'closed', drawn_at = NULL, seed = '', list_hash = ''",
    ],
    "every round keeps its money for its list until that ends": [
        """UPDATE ledger_transfer SET credit_account_id = (SELECT min(account_id) FROM budgets_fund)
           WHERE debit_account_id = (SELECT account_id FROM budgets_round)""",
    ],
    "every round says what was published": [
        *(
            f"UPDATE budgets_round SET {change}"
            for change in (
                "ceiling = ceiling + 1",
                '"grant" = "grant" - 1',
                "prepared_by = 'x'",
                "published_by = 'x'",
                "closes_at = closes_at + interval '1 day'",
                "waits_until = waits_until + 1",
                "division = 'lottery'",
                "last_grant = 'none'",
                "categories = '{travel}'",
                "seed_hash = 'x'",
                "policy_id = policy_id + 1",
            )
        ),
        "DELETE FROM budgets_round",
    ],
    "every account is paused once at a time, and no longer than may be": [
        """INSERT INTO budgets_pause
           SELECT gen_random_uuid(), account_code, starts_on + 5, starts_on + 6, tranches, 'x', ''
           FROM budgets_pause""",
        """INSERT INTO budgets_pause
           SELECT gen_random_uuid(), account_code, starts_on + 30, starts_on + 396, tranches, 'x', ''
           FROM budgets_pause""",
        "UPDATE budgets_pause SET ends_on = starts_on + 1, account_code = 'R-0000'",
    ],
    "every account of the class of funds is that of its fund or its round": [
        "DELETE FROM budgets_fund",
        "UPDATE budgets_fund SET scheme_id = scheme_id + 1000",
        "UPDATE budgets_fund SET account_id = -id",
        "DELETE FROM budgets_round",
    ],
    "every class of accounts is as the chart of accounts says": [
        "UPDATE ledger_accountclass SET name = 'Vorderingen', rgs_code = '' WHERE code = 'payable'",
        "UPDATE ledger_accountclass SET hot = false WHERE code = 'payable'",
        "DELETE FROM ledger_accountclass WHERE code = 'payable'",
        """INSERT INTO ledger_accountclass
               (code, name, normal_side, rgs_code, may_overdraw, hot)
           VALUES ('grants', 'Subsidies', 'credit', '', false, false)""",
    ],
    "every top-up adds up": [
        "UPDATE budgets_topupchunk SET amount = amount + 1",
        "DELETE FROM budgets_topupchunk",
        "DELETE FROM budgets_topupchunk; DELETE FROM budgets_topuprun",
        "DELETE FROM budgets_topuprun",
    ],
    "everything on record is as it was when the next payment file went out": [
        *(
            f"UPDATE {table} SET {change}"
            for table, changes in {
                "providers_suspension": (
                    "reason = 'x'",
                    "until = until - 1",
                    "proposed_by = 'x'",
                    "answered_by = 'x'",
                    "answered_at = answered_at - interval '1 second'",
                    "agreed = false, lifted_at = NULL, lifted_by = ''",
                    "agreed = NULL, answered_by = '', answered_at = NULL WHERE NOT agreed",
                    "lifted_by = 'x' WHERE agreed",
                    "lifted_at = NULL, lifted_by = '' WHERE agreed",
                ),
                "providers_ibanchange": (
                    "proposed_by = 'x', answered_by = 'y' WHERE agreed",
                    "reason = 'x'",
                    "after = 'NL02ABNA0123456789' WHERE NOT agreed",
                ),
                "providers_recovery": ("heard = 'x' WHERE NOT agreed",),
                "providers_reminder": ("amount = amount + 1", "pay_until = pay_until - 14"),
                "providers_review": (
                    "reason = 'x' WHERE verdict = 'refuse'",
                    "judged_by = 'x', confirmed_by = 'y' WHERE verdict = 'refuse'",
                ),
                "providers_claim": ("amount = 1 WHERE state = 'refused'",),
                "eligibility_decision": (
                    "account_code = 'R-0000' WHERE outcome = 'refused'",
                    "decided_on = decided_on - 1 WHERE outcome = 'refused'",
                    "confirmed_by = 'x' WHERE outcome = 'refused'",
                    "confirmed_by = '', confirmed_at = NULL WHERE outcome = 'refused'",
                ),
                "eligibility_deviation": ("answered_by = 'x'", "grants = '[[\"general\", 1]]'"),
                "eligibility_objection": (
                    "state = 'inadmissible'",
                    "filed_on = filed_on - 1",
                    "in_time = false",
                    "answer = gen_random_uuid()",
                    "decide_by = decide_by + 1",
                ),
                "eligibility_objectionmove": (
                    "actor = 'x'",
                    "event = 'dismiss', to_state = 'inadmissible' WHERE event = 'uphold'",
                ),
                "budgets_round": ("closed_at = closed_at - interval '1 hour'", "seed = 'x'"),
                "budgets_topuprun": ("decided_on = decided_on - 1",),
                "budgets_topupchunk": ("refused = refused + 1",),
                "payouts_writeoff": ("amount = 2 WHERE NOT agreed",),
                "payouts_paymentbatch": (
                    "settled_by = 'x' WHERE state = 'settled'",
                    "withdrawn_by = 'x' WHERE state = 'withdrawn'",
                ),
                "payouts_bankstatement": ("identifier = 'x'", "taken_in_by = 'x'"),
                "payouts_bankentry": (
                    "booked_on = booked_on + 1",
                    "reference = 'x'",
                    "explanation = 'x' WHERE became = 'explained'",
                    """became = 'unknown', explanation = '', explained_by = '',
                       explained_at = NULL WHERE became = 'explained'""",
                ),
            }.items()
            for change in changes
        ),
        *(
            f"DELETE FROM {what}"
            for what in (
                "providers_suspension",
                "providers_ibanchange WHERE NOT agreed",
                "providers_recovery WHERE NOT agreed",
                "providers_reminder",
                "providers_review WHERE verdict = 'refuse'",
                "eligibility_decision WHERE outcome = 'refused'",
                "eligibility_deviation",
                "eligibility_objection",
                "eligibility_objectionmove",
                "payouts_writeoff WHERE NOT agreed",
                "payouts_paymentbatch WHERE withdrawn_by <> ''",
                "payouts_bankstatement",
            )
        ),
        """INSERT INTO providers_suspension (id, provider_id, reason, until, proposed_by, proposed_at,
               answered_by, answered_at, agreed, lifted_by)
           SELECT gen_random_uuid(), provider_id, 'x', until, 'x', proposed_at, 'y',
               answered_at - interval '1 month', true, ''
           FROM providers_suspension""",
    ],
    "every fund's sums are what its transfers come to": [
        "INSERT INTO budgets_fundsum SELECT id, 0, 1, 0, 0, 0, 0, 0, 0, 0 FROM budgets_fund",
    ],
}


@pytest.fixture
def all_kinds(full_year: Year) -> Year:
    """Beside a round: a grant of an employer, claims that people judged, a cancelled course, a pause."""
    world = full_year.world
    employer(full_year)
    pause(world.henk, until=date(2026, 1, 12), by="citizen", at=AT)
    resume(world.henk, by="citizen", at=AT + timedelta(days=1))
    pause(full_year.willem, until=date(2026, 1, 12), by="citizen", at=AT)
    refused, approved = (
        claim(world, enrol(world, world.fatima, price="100.00"), "completion", 50, at=COMPLETED)
        for _ in range(2)
    )
    claiming.refuse(refused, by="rosa", reason="Niet gevolgd.", at=COMPLETED)
    claiming.confirm_refusal(refused, by="sam", at=COMPLETED)
    claiming.approve(approved, by="rosa", at=COMPLETED)
    paid_and_recovered(world)
    cancel(
        agree(
            world.fatima, course(world, price="100.00"), starts_on=STARTS_ON, at=AT, id=uuid4()
        ).enrolment,
        by="citizen",
        at=AT,
    )
    on_record(full_year)
    return full_year


def paid_and_recovered(world: World) -> None:
    """And half of it repaid and a part written off: each booked twice and withdrawn once."""
    enrolment = enrol(world, world.fatima, price="80.00")
    start = claim(world, enrolment, "start", 40, at=COMPLETED)
    batch = prepare_batch(by="ineke", pay_on=COMPLETED.date(), at=COMPLETED)
    settle_batch(release_batch(batch, by="bas", at=COMPLETED), by="bas", at=COMPLETED)
    taken_back = claiming.propose_recovery(
        start, reason="no-show", heard="no answer", by="rosa", at=COMPLETED
    )
    recovering.agree(taken_back, by="sam", at=COMPLETED)
    wrong, _ = (
        book_repayment(
            world.provider, Money(20, "EUR"), received_on=COMPLETED.date(), reference=reference,
            by="ineke", at=COMPLETED,
        )
        for reference in ("anders", "terug")
    )  # fmt: skip
    withdraw(wrong, reason="dubbel", by="bas", at=COMPLETED)
    too_little, _ = (
        writing_off.agree(
            writing_off.propose(
                world.provider, Money(euros, "EUR"), reason="bankrupt", by="ineke", at=COMPLETED
            ),
            by="bas",
            at=COMPLETED,
        )
        for euros in (5, 10)
    )
    withdraw(too_little, reason="too little", by="ineke", at=COMPLETED)


def on_record(year: Year) -> None:
    """What is booked nowhere: agreed to and declined, suspended and lifted, refused; and a payment file after it."""
    provider = year.world.provider
    until = (NEXT + timedelta(days=20)).date()
    held = suspending.propose(provider, reason="twijfel", until=until, by="rosa", at=NEXT)
    suspending.lift(suspending.agree(held, by="sam", at=NEXT), by="rosa", at=NEXT)
    held = suspending.propose(provider, reason="twijfel", until=until, by="rosa", at=NEXT)
    suspending.decline(held, by="sam", at=NEXT)
    another = changing_iban.propose(
        provider, "NL91ABNA0417164300", reason="gebeld", by="rosa", at=NEXT
    )
    changing_iban.decline(another, by="sam", at=NEXT)
    due = claiming.propose_recovery(year.paid, reason="x", heard="y", by="rosa", at=NEXT)
    claiming.decline_recovery(due, by="sam", at=NEXT)
    lost = writing_off.propose(provider, Money(1, "EUR"), reason="x", by="ineke", at=NEXT)
    writing_off.decline(lost, by="bas", at=NEXT)
    remind(Provider.objects.all(), by="ineke", at=NEXT)
    assert year.objection
    refusal = year.objection.decision
    deviating.decline(
        deviating.propose(refusal, grants=[("general", 100)], reason="x", by="rosa", at=NEXT),
        by="sam",
        at=NEXT,
    )
    objecting.uphold(year.objection, answer="Nee.", by="noor", at=NEXT)
    explain(BankEntry.objects.get(became="unknown"), explanation="schatkist", by="bas", at=NEXT)
    for at in (NEXT, NEXT + timedelta(days=3)):
        claim(
            year.world,
            enrol(year.world, year.world.fatima, price="60.00"),
            "start",
            30,
            at=COMPLETED,
        )
        withdraw_batch(prepare_batch(by="ineke", pay_on=at.date(), at=at), by="bas", at=at)
        batch = prepare_batch(by="ineke", pay_on=at.date(), at=at)
        settle_batch(release_batch(batch, by="bas", at=at), by="bas", at=at)


def by_hand(change: str) -> int:
    """As a superuser, past the triggers; return how many rows."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(change)
        rows: int = cursor.rowcount
        cursor.execute("SET LOCAL session_replication_role = origin")
    return rows


def test_who_is_erased_is_no_finding(all_kinds: Year) -> None:
    for citizen in Citizen.objects.all():
        erase(citizen, at=NEXT)

    assert check_against_books() == []


def test_what_is_as_it_was_has_no_finding(all_kinds: Year) -> None:
    assert check_against_books() == []


def test_what_was_changed_by_hand_is_named(all_kinds: Year) -> None:
    unseen = []
    for check, query in CHECKS.items():
        for change in ALTERED[check]:
            with transaction.atomic():
                changed = by_hand(change)
                if not changed or findings_of({check: query}) == []:
                    unseen.append((check, change))
                transaction.set_rollback(True)

    assert unseen == []


def test_whatever_happens_by_the_rules_is_in_order(full_year: Year) -> None:
    """A round, two funds in one course, a withdrawn batch, payments returned before and after settling."""
    employer(full_year)
    asked = claim(
        full_year.world, enrol(full_year.world, full_year.world.henk), "start", 150, at=LATER
    )
    withdraw_batch(
        prepare_batch(by="ineke", pay_on=COMPLETED.date(), at=COMPLETED), by="bas", at=COMPLETED
    )
    assert check_against_books() == []
    batch = prepare_batch(by="ineke", pay_on=COMPLETED.date(), at=COMPLETED)
    assert check_against_books() == []
    batch = release_batch(batch, by="bas", at=COMPLETED)
    assert check_against_books() == []
    return_payout(batch.payouts.get(), reason="AC04", by="ineke", at=COMPLETED)
    assert check_against_books() == []
    settle_batch(batch, by="bas", at=COMPLETED)
    assert check_against_books() == []
    batch = prepare_batch(by="ineke", pay_on=COMPLETED.date(), at=COMPLETED)
    batch = settle_batch(release_batch(batch, by="bas", at=COMPLETED), by="bas", at=COMPLETED)
    assert check_against_books() == []
    return_payout(batch.payouts.get(), reason="AC04", by="ineke", at=COMPLETED)
    assert check_against_books() == []
    transfer = Transfer.objects.get(booking=asked.booking_id)
    reverse(transfer.pk, reason="andere opleiding", effective_on=ON, at=LATER)
    assert check_against_books() == []


def test_the_command_and_the_page_say_what_was_found(
    year: Year, amir: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("check_against_books")
    assert f"{len(CHECKS)} checks, 0 findings" in capsys.readouterr().out
    by_hand("UPDATE providers_claim SET amount = 151 WHERE state = 'paid'")

    with pytest.raises(SystemExit):
        call_command("check_against_books")
    page = amir.get("/audit/checks").content.decode()

    said = f"claim:{year.paid.id}: the claim says 15100, the books 15000"
    assert said in capsys.readouterr().out
    assert said in page
    assert "elke goedgekeurde declaratie is geboekt" in page


def test_every_check_is_named_in_dutch() -> None:
    with override("nl"):
        assert [check for check in CHECKS if gettext(check) == check] == []
