"""Signals about when codes are handed in and claims come."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from ontwikkelrekening.audit.signals.kinds import Kind

SUDDEN = """
    SELECT provider_id, min(submitted_at) FILTER (WHERE is_recent) AS since,
           count(*) FILTER (WHERE is_recent) AS claims,
           count(*) FILTER (WHERE NOT is_recent)::float8 / %(sudden_weeks_before)s AS a_week
    FROM (
        SELECT provider_id, submitted_at,
               submitted_at > %(at)s - interval '1 week' AS is_recent
        FROM providers_claim
        WHERE submitted_at > %(at)s - make_interval(weeks => %(sudden_weeks_before)s + 1)
          AND (%(provider)s::uuid IS NULL OR provider_id = %(provider)s)
    ) claim
    GROUP BY provider_id
    HAVING count(*) FILTER (WHERE is_recent) >= %(sudden_claims)s
       AND count(*) FILTER (WHERE is_recent) * %(sudden_weeks_before)s
           >= count(*) FILTER (WHERE NOT is_recent) * %(sudden_times)s
"""

JUST_ADMITTED = """
    SELECT provider.id AS provider_id, min(claim.assessed_at) AS since,
           provider.admitted_on AS admitted, count(*) AS claims, sum(claim.amount) AS amount
    FROM providers_provider provider JOIN providers_claim claim ON claim.provider_id = provider.id
    WHERE provider.admitted_on > %(on)s::date - %(new_days)s
      AND (%(provider)s::uuid IS NULL OR provider.id = %(provider)s)
      AND claim.assessed_at IS NOT NULL AND claim.state <> 'refused'
    GROUP BY provider.id
    HAVING count(*) >= %(new_claims)s OR sum(claim.amount) >= %(new_amount)s
"""

# Since the first code of the time in which most were handed in.
BURST = """
    SELECT DISTINCT ON (provider_id) provider_id, since, codes, %(burst_seconds)s AS seconds
    FROM (
        SELECT provider_id, count(*) OVER within AS codes, min(redeemed_at) OVER within AS since
        FROM providers_enrolment
        WHERE redeemed_at > %(at)s - make_interval(days => %(burst_days)s)
          AND (%(provider)s::uuid IS NULL OR provider_id = %(provider)s)
        WINDOW within AS (
            PARTITION BY provider_id ORDER BY redeemed_at
            RANGE BETWEEN make_interval(secs => %(burst_seconds)s) PRECEDING AND CURRENT ROW
        )
    ) handed_in
    WHERE codes >= %(burst_codes)s
    ORDER BY provider_id, codes DESC, since
"""

# The first day is the one of providers.claiming.assessing. It counts only where it is long before the last
# week of the term, which may be a day: a shorter course can be over by then.
SOON = """
    SELECT provider_id, min(submitted_at) AS since, count(*) AS claims,
           count(*) FILTER (WHERE passed <= first_day + %(soon_days)s) AS soon
    FROM (
        SELECT claim.provider_id, claim.submitted_at, days,
               (claim.submitted_at AT TIME ZONE %(zone)s)::date
                   - enrolment.starts_on AS passed,
               ceil(days * term.attendance_min / 100.0) AS first_day
        FROM providers_claim claim
        JOIN providers_enrolment enrolment ON enrolment.id = claim.enrolment_id
        CROSS JOIN LATERAL (
            SELECT (enrolment.ends_on - enrolment.starts_on) / 7 * 7 AS days
        ) lasts
        JOIN LATERAL jsonb_to_recordset(enrolment.terms)
            AS term (instalment text, after text, attendance_min int)
            ON term.instalment = claim.instalment AND term.after = 'completion'
        WHERE claim.submitted_at > %(at)s - make_interval(days => %(soon_within_days)s)
          AND claim.instalment <> 'start'
          AND (%(provider)s::uuid IS NULL OR claim.provider_id = %(provider)s)
    ) completed
    WHERE first_day + %(soon_days)s < days
    GROUP BY provider_id
    HAVING count(*) >= %(soon_claims)s
       AND count(*) FILTER (WHERE passed <= first_day + %(soon_days)s) * 100
           >= count(*) * %(soon_percent)s
"""

KINDS = [
    Kind(
        "sudden",
        _("Suddenly many claims"),
        _(
            "A provider with at least %(sudden_claims)s claims in the last seven days, and"
            " at least %(sudden_times)s times as many as in a mean week of the"
            " %(sudden_weeks_before)s weeks before."
        ),
        _(
            "SkillsFuture, Singapore, 2017: nine firms that had long done nothing claimed S$ 39.9"
            " million between May and October."
        ),
        _("%(claims)s claims in these days; %(a_week)s a week in the weeks before."),
        SUDDEN,
    ),
    Kind(
        "new",
        _("Much at once after admission"),
        _(
            "A provider admitted less than %(new_days)s days ago, of which at least %(new_claims)s"
            " claims were approved, or claims of %(new_amount)s together."
        ),
        _(
            "Individual Learning Accounts, England, 2000 to 2001: anyone could become a provider,"
            " and 133 of them had to be investigated afterwards."
        ),
        _("Admitted on %(admitted)s; %(claims)s claims approved since, %(amount)s together."),
        JUST_ADMITTED,
    ),
    Kind(
        "burst",
        _("Codes in a burst"),
        _(
            "A provider that handed in at least %(burst_codes)s codes of citizens within"
            " %(burst_seconds)s seconds, in the last %(burst_days)s days. The codes may have been"
            " gathered beforehand."
        ),
        _(
            "Individual Learning Accounts, England, 2000 to 2001: providers used numbers of accounts"
            " without the people behind them; £ 97 million was paid wrongly."
        ),
        _("%(codes)s codes within %(seconds)s seconds, the most of these days."),
        BURST,
    ),
    Kind(
        "soon",
        _("Completed as soon as possible"),
        _(
            "A provider with at least %(soon_claims)s claims of completion in the last"
            " %(soon_within_days)s days, of which at least %(soon_percent)s%% came by"
            " %(soon_days)s days after the first day on which completion may be claimed. A course"
            " that can be over by then does not count."
        ),
        _("STAP, the Netherlands, 2022: € 2.6 million was paid for people who never came."),
        _(
            "%(soon)s of %(claims)s claims of completion came as soon as possible, before the last"
            " week of the course."
        ),
        SOON,
    ),
]
