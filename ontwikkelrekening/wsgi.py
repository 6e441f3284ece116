"""The web application, served by granian: `granian --interface wsgi ontwikkelrekening.wsgi:application`."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from ontwikkelrekening.addresses import VisitorAddress
from ontwikkelrekening.bodies import WithLength
from ontwikkelrekening.waiting_room.room import Application, WaitingRoom, key_from

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ontwikkelrekening.settings")

application: Application = WithLength(get_wsgi_application())
if settings.WAITING_MINUTES:
    application = WaitingRoom(
        application,
        key=key_from(settings.SECRET_KEY),
        a_minute=settings.ADMITTED_A_MINUTE,
        minutes=settings.WAITING_MINUTES,
        secure=settings.SESSION_COOKIE_SECURE,
    )
if settings.PROXIES:
    application = VisitorAddress(application, proxies=settings.PROXIES)
