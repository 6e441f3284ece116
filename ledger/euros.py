"""Amounts as machines read them; stands apart from `money`, which needs django-money."""


def euros(cents: int) -> str:
    """Cents as a plain decimal number: -12.05."""
    sign, cents = ("-" if cents < 0 else ""), abs(cents)
    return f"{sign}{cents // 100}.{cents % 100:02}"
