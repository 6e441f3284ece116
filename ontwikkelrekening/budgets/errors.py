"""Why an agreement or its cancelling is not possible: one named error each, in plain words."""

from __future__ import annotations

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ledger.money import to_money
from providers.models import Course, Enrolment


class UnableToAgree(Exception):
    """The citizen cannot agree to this course now; the message says why, in plain words."""


class CourseNotPublished(UnableToAgree):
    def __init__(self, course: Course) -> None:
        super().__init__(_("“%(course)s” is not on offer now.") % {"course": course.name})


class PriceChanged(UnableToAgree):
    def __init__(self) -> None:
        super().__init__(_("The price of this course changed. Look whether you still want it."))


class UnableToStartThen(UnableToAgree):
    """Another start date would do."""


class StartsInThePast(UnableToStartThen):
    def __init__(self, starts_on: date) -> None:
        super().__init__(
            _("The course started on %(date)s. Choose a start date from today on.")
            % {"date": date_format(starts_on, "j F Y")}
        )


class StartsTooFarAway(UnableToStartThen):
    def __init__(self, latest: date) -> None:
        super().__init__(
            _("You can agree to a course that starts on %(date)s at the latest.")
            % {"date": date_format(latest, "j F Y")}
        )


class NoCreditForThis(UnableToAgree):
    def __init__(self, course: Course) -> None:
        super().__init__(
            _("You have no credit that can be used for “%(course)s”.") % {"course": course.name}
        )


class NotEnoughCredit(UnableToAgree):
    """The credit does not cover the price and the citizen did not agree to pay the rest."""

    def __init__(self, *, price: int, covered: int) -> None:
        self.price, self.covered = price, covered
        super().__init__(
            _("The course costs %(price)s. You can use %(covered)s of your credit for it.")
            % {"price": to_money(price), "covered": to_money(covered)}
        )


class NeedsRunningEnrolment(UnableToAgree):
    def __init__(self) -> None:
        super().__init__(
            _(
                "Childcare and travel can be paid beside a course that runs on the day they start."
                " First agree to a course, or choose another day."
            )
        )


class AccountIsPaused(UnableToAgree):
    def __init__(self) -> None:
        super().__init__(_("Your account is paused. Take it up again, then you can choose."))


class AccountHasEnded(UnableToAgree):
    def __init__(self) -> None:
        super().__init__(_("Your account has ended. You cannot choose anything new."))


class AgreedOtherwise(UnableToAgree):
    def __init__(self) -> None:
        super().__init__(_("This agreement was already made, for something else."))


class UnableToCancel(Exception):
    """The enrolment cannot be cancelled; the message says why."""


class TooLateToCancel(UnableToCancel):
    def __init__(self, enrolment: Enrolment) -> None:
        super().__init__(
            _("The course started on %(date)s. Cancelling was possible until the day before.")
            % {"date": date_format(enrolment.starts_on, "j F Y")}
        )
