"""Signals about what is approved, paid and recovered."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from ontwikkelrekening.audit.signals.kinds import Kind

SHARE = """
    WITH approved AS (
        SELECT provider_id, sum(amount) AS amount, min(assessed_at) AS since
        FROM providers_claim
        WHERE assessed_at > %(at)s - make_interval(days => %(share_days)s) AND state <> 'refused'
        GROUP BY provider_id
    ), everyone AS (
        SELECT sum(amount) AS total, count(*) AS providers FROM approved
    )
    SELECT provider_id, since, amount, total, providers,
           (amount * 100 / total)::float8 AS percent
    FROM approved CROSS JOIN everyone
    WHERE providers >= %(share_providers)s AND total >= %(share_amount)s
      AND amount * 100 > total * %(share_percent)s
      AND (%(provider)s::uuid IS NULL OR provider_id = %(provider)s)
"""

RECOVERED = """
    SELECT back.provider_id, back.since, back.recovered, came.claims
    FROM (
        SELECT claim.provider_id, min(recovery.answered_at) AS since, count(*) AS recovered
        FROM providers_recovery recovery JOIN providers_claim claim ON claim.id = recovery.claim_id
        WHERE recovery.agreed
          AND recovery.answered_at > %(at)s - make_interval(months => %(recovered_months)s)
          AND (%(provider)s::uuid IS NULL OR claim.provider_id = %(provider)s)
        GROUP BY claim.provider_id
        HAVING count(*) >= %(recovered_at_least)s
    ) back
    CROSS JOIN LATERAL (
        SELECT count(*) AS claims FROM providers_claim claim
        WHERE claim.provider_id = back.provider_id
          AND claim.submitted_at > %(at)s - make_interval(months => %(recovered_months)s)
    ) came
    WHERE recovered >= %(recovered_claims)s OR recovered * 100 >= claims * %(recovered_percent)s
"""

# A batch that waits to be released counts as well: there is time to look. A first IBAN replaced none.
IBAN_CHANGED = """
    SELECT payout.provider_id, change.answered_at AS since, payout.reference, payout.amount,
           coalesce(batch.released_at, batch.prepared_at) AS paying
    FROM providers_ibanchange change
    JOIN payouts_payout payout ON payout.provider_id = change.provider_id
    JOIN payouts_paymentbatch batch ON batch.id = payout.batch_id
    WHERE change.agreed AND change.before <> '' AND batch.state <> 'withdrawn' AND payout.amount >= %(iban_amount)s
      AND change.answered_at > %(at)s - make_interval(months => %(iban_months)s)
      AND change.answered_at <= coalesce(batch.released_at, batch.prepared_at)
      AND change.answered_at > coalesce(batch.released_at, batch.prepared_at)
          - make_interval(days => %(iban_days)s)
      AND (%(provider)s::uuid IS NULL OR change.provider_id = %(provider)s)
"""

KINDS = [
    Kind(
        "share",
        _("Large share"),
        _(
            "A provider with more than %(share_percent)s%% of all that was approved in the last"
            " %(share_days)s days, when that was at least %(share_amount)s, of at least"
            " %(share_providers)s providers."
        ),
        _("STAP, the Netherlands, 2022: twenty providers got more than half of the money."),
        _("%(amount)s of %(total)s, or %(percent)s%%; something was approved of %(providers)s."),
        SHARE,
    ),
    Kind(
        "recovered",
        _("Claims recovered"),
        _(
            "A provider of which at least %(recovered_claims)s claims were recovered in the last"
            " %(recovered_months)s months, or at least %(recovered_at_least)s that are"
            " %(recovered_percent)s%% of its claims of those months. One mistake is no pattern."
        ),
        _(
            "Compte personnel de formation, France, 2021: 153 providers were struck off, and 130 were"
            " paid no more, over € 31.2 million."
        ),
        _("%(recovered)s claims recovered; %(claims)s claims came in the same months."),
        RECOVERED,
    ),
    Kind(
        "iban",
        _("IBAN changed shortly before"),
        _(
            "A payment of at least %(iban_amount)s, released or waiting to be, less than"
            " %(iban_days)s days after another IBAN was agreed to, in the last %(iban_months)s months."
        ),
        _(
            "Fraud with invoices, as every payer knows it: a letter gives another account, and the"
            " next large payment goes there."
        ),
        _("Payment %(reference)s of %(amount)s followed on %(paying)s."),
        IBAN_CHANGED,
    ),
]
