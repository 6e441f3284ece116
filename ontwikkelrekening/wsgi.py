"""The web application, served by granian: `granian --interface wsgi ontwikkelrekening.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ontwikkelrekening.settings")

application = get_wsgi_application()
