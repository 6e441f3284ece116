-- A scheme of %(grants)s grants, written in sets and past the triggers, with ids that follow from a number:
-- everybody agreed to one course and its start was claimed; three in fifty are paid by two funds.
SET session_replication_role = replica;

CREATE TEMPORARY TABLE n ON COMMIT DROP AS
SELECT n, md5('tranche' || n)::uuid AS tranche, md5('more' || n)::uuid AS more,
    md5('enrolment' || n)::uuid AS enrolment, md5('claim' || n)::uuid AS claim,
    md5('decision' || n)::uuid AS decision, 'R-' || lpad(n::text, 10, '0') AS code,
    n %% 50 < 3 AS is_shared, n %% 100 < 60 AS is_paid, n %% 100 < 90 AS is_approved,
    n %% 100 < 45 AS is_ended, n %% 200 AS provider, n %% 12 AS batch,
    timestamptz '2026-01-02 09:00Z' + n * interval '20 seconds' AS at
FROM generate_series(1, %(grants)s) AS n;
ANALYZE n;

INSERT INTO ledger_account (id, code, account_class_id, normal_side, may_overdraw, hot, opened_at)
SELECT id, opened.code, class.code, class.normal_side, class.may_overdraw, class.hot, '2026-01-02'
FROM (
    SELECT 10000000 + n AS id, 'tranche:' || tranche AS code, 'tranche' AS class FROM n
    UNION ALL SELECT 20000000 + n, 'tranche:' || more, 'tranche' FROM n WHERE is_shared
    UNION ALL SELECT 30000000 + n, 'reserved:' || enrolment, 'reserved' FROM n
    UNION ALL SELECT 40000000 + p, 'payable:' || md5('provider' || p)::uuid, 'payable'
    FROM generate_series(0, 199) AS p
) opened JOIN ledger_accountclass class ON class.code = opened.class;
SELECT setval(pg_get_serial_sequence('ledger_account', 'id'), 50000000);

INSERT INTO eligibility_decision (id, account_code, policy_id, decided_on, outcome, priority, amount,
    facts, trace, grants, decided_by, confirmed_by, recorded_at)
SELECT decision, code, %(policy)s, '2026-01-02', 'granted', 1, 80000, %(facts)s, '[]',
    '[["general", 80000]]', 'machine', '', at
FROM n;

INSERT INTO budgets_tranche (id, account_code, scheme_id, decision_id, kind, categories, earmarked,
    granted, granted_on, expires_on, account_id, source_id)
SELECT tranche, code, %(scheme)s, decision, 'general', '{course,module}'::varchar[], false, 80000,
    '2026-01-02'::date, '2030-12-31'::date, 10000000 + n, %(fund)s FROM n
UNION ALL
SELECT more, code, %(other_scheme)s, NULL, 'general', '{course}'::varchar[], true, 20000,
    '2026-01-02', '2027-12-31', 20000000 + n, %(other_fund)s FROM n WHERE is_shared;

INSERT INTO providers_provider (id, name, kvk_number, iban, admitted_on, payable_id, registered_at)
SELECT md5('provider' || p)::uuid, 'Opleider ' || p, lpad(p::text, 8, '0'), '', '2026-01-02',
    40000000 + p, '2026-01-02'
FROM generate_series(0, 199) AS p;
INSERT INTO providers_ibanchange (id, provider_id, before, after, reason, proposed_by, proposed_at,
    answered_by, answered_at, agreed)
SELECT md5('iban' || p)::uuid, md5('provider' || p)::uuid, '', 'NL00TEST' || lpad(p::text, 10, '0'),
    'gebeld', 'olga', '2026-01-02', 'bas', '2026-01-02', true
FROM generate_series(0, 199) AS p;
UPDATE providers_provider SET iban = change.after
FROM providers_ibanchange change WHERE change.provider_id = providers_provider.id;
INSERT INTO providers_course (id, provider_id, code, name, description, category, price_currency,
    price, hours, sessions, weeks, mode, level, language, place, has_exam, has_certificate, state,
    published_at, registered_at)
SELECT md5('course' || p)::uuid, md5('provider' || p)::uuid, 'A', 'Les ' || p, '', 'course', 'EUR',
    260, 24, 1, 13, 'presential', '', 'nld', '', false, true, 'published', '2026-01-02', '2026-01-02'
FROM generate_series(0, 199) AS p;
INSERT INTO providers_enrolment (id, course_id, provider_id, account_id, maximum_currency, maximum,
    terms, starts_on, ends_on, claim_until, code_digest, code_valid_until, state, agreed_at, redeemed_at)
SELECT enrolment, md5('course' || provider)::uuid, md5('provider' || provider)::uuid, 30000000 + n,
    'EUR', 260, '[{"instalment": "start", "cents": 13000, "after": "start"}]', '2026-02-01',
    '2026-06-01', '2026-12-01', sha256(enrolment::text::bytea), '2026-02-01',
    CASE WHEN is_ended THEN 'completed' ELSE 'redeemed' END, at, at
FROM n;
INSERT INTO budgets_agreement (enrolment_id, account_code) SELECT enrolment, code FROM n;
INSERT INTO providers_claim (id, enrolment_id, provider_id, instalment, amount_currency, amount,
    evidence, state, reason, payment_reference, submitted_at, submitted_by, assessed_at, taken_up_at, paid_at)
SELECT claim, enrolment, md5('provider' || provider)::uuid, 'start', 'EUR', 130, '{}',
    CASE WHEN is_paid THEN 'paid' WHEN is_approved THEN 'approved' ELSE 'in_review' END, '',
    CASE WHEN is_paid THEN 'P-' || batch || '-' || provider ELSE '' END, at + interval '30 days',
    'roc', at + interval '30 days', CASE WHEN is_paid THEN at + interval '40 days' END,
    CASE WHEN is_paid THEN at + interval '41 days' END
FROM n;
INSERT INTO providers_review (claim_id, picked_because, opened_at, verdict, reason, judged_by, confirmed_by)
SELECT claim, 'sample', at + interval '30 days', '', '', '', '' FROM n WHERE NOT is_approved;
INSERT INTO providers_statechange (subject, subject_id, event, from_state, to_state, actor, at)
SELECT 'claim', claim, 'submit', '', 'submitted', 'roc', at + interval '30 days' FROM n
UNION ALL SELECT 'claim', claim, 'approve', 'submitted', 'approved', 'machine', at + interval '30 days'
FROM n WHERE is_approved
UNION ALL SELECT 'enrolment', enrolment, 'redeem', 'agreed', 'redeemed', 'roc', at FROM n;
INSERT INTO providers_outboxmessage (work, subject, lane, due_at, attempts, error, done_at, created_at)
SELECT 'claim.assess', claim, 'claim', at, 0, '', at + interval '30 days', at + interval '30 days' FROM n;

INSERT INTO payouts_paymentbatch (id, message_id, state, pay_on, file, file_sha256, prepared_by,
    prepared_at, withdrawn_by, released_by, released_at, settled_by, settled_at)
SELECT md5('batch' || b)::uuid, 'B-' || b, 'settled', '2026-09-01', ''::bytea,
    encode(sha256(''), 'hex'), 'ineke', '2026-09-01', '', 'bas', '2026-09-01', 'bas', '2026-09-02'
FROM generate_series(0, 11) AS b;
INSERT INTO payouts_payout (id, batch_id, provider_id, iban, amount_currency, amount, reference, state, reason)
SELECT md5('payout' || batch || '-' || provider)::uuid, md5('batch' || batch)::uuid,
    md5('provider' || provider)::uuid, 'NL00TEST' || lpad(provider::text, 10, '0'), 'EUR',
    130 * count(*), 'P-' || batch || '-' || provider, 'paid', ''
FROM n WHERE is_paid GROUP BY batch, provider;
INSERT INTO payouts_payoutline (payout_id, claim_id, stands)
SELECT md5('payout' || batch || '-' || provider)::uuid, claim, true FROM n WHERE is_paid;

-- What was booked: an event of everybody takes its place behind the one before.
CREATE TEMPORARY TABLE booked ON COMMIT DROP AS
SELECT md5('granted' || (n / 1000))::uuid AS booking, 'top_up' AS kind, 'run:bench' AS cause,
    %(fund)s AS debit, 10000000 + n AS credit, 80000 AS cents, 1000000 + n / 1000 AS xid,
    '2026-01-02'::timestamptz AS at FROM n
UNION ALL SELECT md5('given' || (n / 1000))::uuid, 'top_up', 'contribution:bench', %(other_fund)s,
    20000000 + n, 20000, 2000000 + n / 1000, '2026-01-02' FROM n WHERE is_shared
UNION ALL SELECT md5('reserve' || n)::uuid, 'reserve', 'enrolment:' || enrolment,
    10000000 + n, 30000000 + n, CASE WHEN is_shared THEN 6000 ELSE 26000 END, 10000000 + n, at FROM n
UNION ALL SELECT md5('reserve' || n)::uuid, 'reserve', 'enrolment:' || enrolment,
    20000000 + n, 30000000 + n, 20000, 10000000 + n, at FROM n WHERE is_shared
UNION ALL SELECT md5('approved' || n)::uuid, 'claim', 'claim:' || claim, 30000000 + n,
    40000000 + provider, 13000, 20000000 + n, at + interval '30 days' FROM n WHERE is_approved
UNION ALL SELECT md5('payment' || batch)::uuid, 'payment', 'batch:' || md5('batch' || batch)::uuid,
    40000000 + provider, %(in_transit)s, 13000 * count(*), 30000000 + batch, '2026-09-01'
FROM n WHERE is_paid GROUP BY batch, provider
UNION ALL SELECT md5('settle' || batch)::uuid, 'settle', 'batch:' || md5('batch' || batch)::uuid,
    %(in_transit)s, %(bank)s, 13000 * count(*), 40000000 + batch, '2026-09-02'
FROM n WHERE is_paid GROUP BY batch, provider
UNION ALL SELECT md5('release' || n)::uuid, 'release', 'enrolment:' || enrolment, 30000000 + n,
    10000000 + n, CASE WHEN is_shared THEN 6000 ELSE 13000 END, 50000000 + n, at + interval '180 days'
FROM n WHERE is_ended
UNION ALL SELECT md5('release' || n)::uuid, 'release', 'enrolment:' || enrolment, 30000000 + n,
    20000000 + n, 7000, 50000000 + n, at + interval '180 days' FROM n WHERE is_ended AND is_shared;

INSERT INTO ledger_booking (id, kind, cause, description, effective_on, booked_at, xid)
SELECT DISTINCT ON (booking) booking, kind, cause, kind, at::date, at, xid FROM booked;
INSERT INTO ledger_transfer (booking_id, debit_account_id, credit_account_id, amount, effective_on,
    booked_at, seq, xid)
SELECT booking, debit, credit, cents, at::date, at, nextval('ledger_transfer_seq'), xid
FROM booked ORDER BY xid;
INSERT INTO ledger_total (account_id, debits, credits, floor, hot)
SELECT a.id, CASE WHEN a.hot THEN 0 ELSE coalesce(m.debits, 0) END,
    CASE WHEN a.hot THEN 0 ELSE coalesce(m.credits, 0) END,
    CASE WHEN a.may_overdraw THEN 0 WHEN a.normal_side = 'credit' THEN 1 ELSE -1 END, a.hot
FROM ledger_account a LEFT JOIN ledger_moved m ON m.account_id = a.id
WHERE a.id NOT IN (SELECT account_id FROM ledger_total);

SET session_replication_role = origin;
