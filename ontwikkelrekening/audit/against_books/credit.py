"""What was made available and granted: funds, rounds, top-ups and grants, and the accounts that hold them."""

from __future__ import annotations

from ontwikkelrekening.audit.against_books.vouched import says_what_was_booked
from ontwikkelrekening.budgets.fund_sums import NAMES, SUMS
from ontwikkelrekening.budgets.models.pauses import DAYS_MAX, WITHIN
from ontwikkelrekening.budgets.vouchers import GRANTS, ROUNDS
from ontwikkelrekening.chart import CHART
from providers.vouching import DIGEST, VOUCHED

FARTHEST = "(SELECT max(up_to) FROM budgets_fundsum)"
CLASSES = ", ".join(
    f"('{code}', '{name}', '{side}', '{rgs_code}', {may_overdraw}, {hot})"
    for code, name, side, rgs_code, may_overdraw, hot in CHART
)

CHECKS = {
    "every grant is booked, and no other": """
        SELECT coalesce('tranche:' || tranche.id, 'a booking without a grant')
               || ': granted ' || coalesce(tranche.granted::text, 'nothing')
               || ', the books ' || coalesce(booked.cents::text, 'nothing')
        FROM budgets_tranche tranche FULL JOIN (
            SELECT t.credit_account_id AS account, t.debit_account_id AS source,
                   t.amount AS cents
            FROM ledger_booking b JOIN ledger_transfer t ON t.xid = b.xid AND t.booking_id = b.id
            WHERE b.kind = 'top_up'
        ) booked ON booked.account = tranche.account_id
        WHERE (tranche.granted, tranche.source_id) IS DISTINCT FROM (booked.cents, booked.source)
    """,
    "every grant says what was booked, and the decision and policy that it follows from": f"""
        SELECT cause || ', booking ' || id || ': not all of its grants are as they were booked'
        FROM (
            SELECT b.cause, b.id, {VOUCHED} AS booked, {DIGEST} AS digest
            FROM ledger_booking b
            -- By its xid as well it would be one, the planner thinks, and its grants be read for each again.
            JOIN ledger_transfer t ON t.booking_id = b.id
            LEFT JOIN ({GRANTS}) voucher ON voucher.id = t.credit_account_id
            WHERE b.kind = 'top_up' GROUP BY b.id
        ) grants
        WHERE digest IS DISTINCT FROM booked
    """,  # noqa: S608
    "every top-up adds up": """
        SELECT run || ': its parts say ' || coalesce(parts.cents, 0)
               || ', the books ' || coalesce(booked.cents, 0)
               || CASE WHEN gone THEN ', the top-up itself is gone' ELSE '' END
        FROM (
            SELECT 'run:' || coalesce(whole.id, chunk.run_id) AS run, sum(amount) AS cents,
                   bool_or(whole.id IS NULL) AS gone
            FROM budgets_topuprun whole
            FULL JOIN budgets_topupchunk chunk ON chunk.run_id = whole.id GROUP BY 1
        ) parts FULL JOIN (
            SELECT b.cause AS run, sum(t.amount) AS cents
            FROM ledger_booking b JOIN ledger_transfer t ON t.xid = b.xid AND t.booking_id = b.id
            WHERE b.kind = 'top_up' AND starts_with(b.cause, 'run:') GROUP BY 1
        ) booked USING (run)
        WHERE coalesce(parts.cents, 0) <> coalesce(booked.cents, 0) OR gone
    """,
    "every place in a round was granted what is booked, to whose it is": """
        WITH placed AS MATERIALIZED (
            SELECT round.account_id AS source, round.state, application.account_code,
                   place.application_id, place.granted
            FROM budgets_placing place
            LEFT JOIN budgets_round round ON round.id = place.round_id
            LEFT JOIN budgets_application application
                ON application.id = place.application_id AND application.round_id = place.round_id
        ), credited AS MATERIALIZED (
            SELECT source_id AS source, account_code, sum(granted) AS cents,
                   min(id::text) AS tranche
            FROM budgets_tranche
            WHERE source_id IN (SELECT account_id FROM budgets_round) GROUP BY 1, 2
        )
        SELECT coalesce('application:' || application_id, 'tranche:' || tranche)
               || ': its place says ' || coalesce(granted::text, 'nothing')
               || ', its grants ' || coalesce(cents::text, 'nothing')
        FROM placed FULL JOIN credited USING (source, account_code)
        WHERE coalesce(granted, 0) <> coalesce(cents, 0)
           OR application_id IS NOT NULL AND (account_code IS NULL OR state <> 'drawn')
    """,
    "every round keeps its money for its list until that ends": """
        SELECT 'round:' || round.id || ': ' || sum(t.amount) || ' went elsewhere'
        FROM budgets_round round
        JOIN ledger_transfer t
            ON t.debit_account_id = round.account_id AND t.effective_on <= round.waits_until
        LEFT JOIN budgets_tranche tranche ON tranche.account_id = t.credit_account_id
        WHERE tranche.id IS NULL GROUP BY round.id
    """,
    "every round says what was published": says_what_was_booked("round", "fund", ROUNDS),
    "every account is paused once at a time, and no longer than may be": f"""
        SELECT account_code || ' from ' || starts_on || CASE
            WHEN before > starts_on THEN ': an earlier pause lasts until ' || before
            ELSE ': ' || days || ' days in five years' END
        FROM (
            SELECT account_code, starts_on, max(ends_on) OVER (
                       PARTITION BY account_code ORDER BY starts_on, ends_on, id
                       ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
                   ) AS before,
                   sum(ends_on - starts_on) OVER (
                       PARTITION BY account_code ORDER BY starts_on
                       RANGE BETWEEN interval '{WITHIN.days - 1} days' PRECEDING AND CURRENT ROW
                   ) AS days
            FROM budgets_pause
        ) pause
        WHERE before > starts_on OR days > {DAYS_MAX}
    """,  # noqa: S608
    "every account of the class of funds is that of its fund or its round": """
        SELECT account.code || ' is the account of ' || CASE
            WHEN fund.id IS NULL AND round.id IS NULL THEN 'no fund and no round'
            ELSE 'another' END
        FROM ledger_total total
        JOIN ledger_account account ON account.id = total.account_id
        LEFT JOIN budgets_fund fund ON fund.account_id = account.id
        LEFT JOIN eligibility_scheme scheme ON scheme.id = fund.scheme_id
        LEFT JOIN budgets_round round ON round.account_id = account.id
        WHERE total.hot AND account.account_class_id = 'fund'
          AND account.code IS DISTINCT FROM 'fund:' || coalesce(scheme.code, round.id::text)
    """,
    "every class of accounts is as the chart of accounts says": f"""
        SELECT coalesce(class.code, chart.code) || CASE
            WHEN class.code IS NULL THEN ' is not there'
            WHEN chart.code IS NULL THEN ' is not in the chart'
            ELSE ' is not as in the chart' END
        FROM ledger_accountclass class
        FULL JOIN (VALUES {CLASSES})
            chart (code, name, normal_side, rgs_code, may_overdraw, hot) ON chart.code = class.code
        WHERE (class.name, class.normal_side, class.rgs_code, class.may_overdraw, class.hot)
              IS DISTINCT FROM
              (chart.name, chart.normal_side, chart.rgs_code, chart.may_overdraw, chart.hot)
    """,  # noqa: S608
    "every fund's sums are what its transfers come to": f"""
        SELECT scheme.code || ' (' || '{", ".join(NAMES)}' || '): the sums say '
               || ({", ".join(f"coalesce(known.{name}, 0)" for name in NAMES)})::text
               || ', the transfers ' || ({", ".join(f"due.{name}" for name in NAMES)})::text
        FROM ({SUMS % {"low": "0", "high": FARTHEST}}) due
        JOIN budgets_fund fund ON fund.id = due.fund_id
        JOIN eligibility_scheme scheme ON scheme.id = fund.scheme_id
        LEFT JOIN budgets_fundsum known ON known.fund_id = due.fund_id
        WHERE ({", ".join(f"coalesce(known.{name}, 0)" for name in NAMES)})
              <> ({", ".join(f"due.{name}" for name in NAMES)})
           OR known.up_to <> {FARTHEST}
    """,  # noqa: S608
}
