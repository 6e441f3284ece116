"""The chart of accounts of the scheme (docs/ledger.md explains it with worked examples).

RGS: Referentie Grootboekschema 3.7. Citizens' credit and reservations are commitments the state
keeps off its own balance sheet, so they carry no RGS code of an account with a third party.
"""

from ledger.models import AccountClass, Side

CHART = [
    # code, name, normal side, RGS code, may be overdrawn, hot (writers never queue for it)
    ("treasury", "Te vorderen van de staat", Side.DEBIT, "BVorTskTos", True, True),
    ("bank", "Bank", Side.DEBIT, "BLimBanRba", True, True),
    ("fund", "Fonds van een regeling", Side.CREDIT, "BSchOvsSuv", False, True),
    ("tranche", "Tegoed van een burger", Side.CREDIT, "", False, False),
    ("reserved", "Gereserveerd voor een inschrijving", Side.CREDIT, "", False, False),
    ("payable", "Te betalen aan een opleider", Side.CREDIT, "BSchOpaNve", False, True),
    ("in_transit", "Betalingen onderweg", Side.CREDIT, "BSchCreTus", False, True),
    ("receivable", "Terug te vorderen van een opleider", Side.DEBIT, "BVorOvrOvk", False, False),
]


def load_chart() -> None:
    """Write the chart into the ledger; safe to repeat."""
    for code, name, side, rgs_code, may_overdraw, hot in CHART:
        AccountClass.objects.update_or_create(
            code=code,
            defaults={
                "name": name,
                "normal_side": side,
                "rgs_code": rgs_code,
                "may_overdraw": may_overdraw,
                "hot": hot,
            },
        )
