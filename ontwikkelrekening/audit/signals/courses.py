"""Signals about what courses cost.

A price to which somebody agreed stays, so a rise comes as a new course of the same name: that chain is
the history of the price.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from ontwikkelrekening.audit.signals.kinds import Kind

PRICE_JUMP = """
    WITH course AS (
        SELECT id, provider_id, category, name, price, hours, published_at, state,
               lower(regexp_replace(btrim(name), '\\s+', ' ', 'g')) AS called
        FROM providers_course
        WHERE published_at IS NOT NULL
          AND (%(provider)s::uuid IS NULL OR provider_id = %(provider)s)
    )
    SELECT DISTINCT ON (newer.id) newer.provider_id, newer.name AS course,
           newer.published_at AS since, newer.price, newer.hours, earlier.price AS price_before,
           earlier.hours AS hours_before, earlier.published_at AS before
    FROM course newer
    JOIN course earlier USING (provider_id, category, called)
    WHERE newer.published_at > %(at)s - make_interval(months => %(price_months)s)
      AND earlier.published_at < newer.published_at
      AND earlier.price * 100 <= newer.price * (100 - %(price_lower_percent)s)
      AND (earlier.state <> 'withdrawn' OR (
          SELECT max(moved.at) FROM providers_statechange moved
          WHERE moved.subject_id = earlier.id AND moved.to_state = 'withdrawn'
      ) > newer.published_at - make_interval(months => %(price_months)s))
    ORDER BY newer.id, earlier.price, earlier.published_at
"""

KINDS = [
    Kind(
        "price",
        _("Price jump"),
        _(
            "A course published in the last %(price_months)s months, while the same provider had"
            " offered one of the same name and category in the %(price_months)s months before, for a"
            " price that was at least %(price_lower_percent)s%% lower."
        ),
        _(
            "STAP, the Netherlands, 2022: who chose a course of € 300 lost the rest of the budget,"
            " and prices rose to the € 1,000 that it paid."
        ),
        _(
            "This course costs %(price)s (%(hours)s hours). One of this name, offered since"
            " %(before)s, cost %(price_before)s (%(hours_before)s hours)."
        ),
        PRICE_JUMP,
    ),
]
