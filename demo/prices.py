"""A course that is offered anew for a third more: an auditor sees a signal of it."""

from __future__ import annotations

from decimal import Decimal

from demo.school import School

OF_THE_SERVER = ("id", "state", "publishedAt", "registeredAt")


def offer_dearer(school: School) -> None:
    """The school's newest course is withdrawn, and comes back under another code for more."""
    school.log_in()
    before = school.newest_course()
    price = (Decimal(before["price"]) * 4 / 3).quantize(Decimal(1))
    again = {name: value for name, value in before.items() if name not in OF_THE_SERVER}
    again |= {"primaryCode": f"{before['primaryCode']}-2", "price": f"{price}.00"}
    school.withdraw(before["id"])
    school.offer(again)
