"""The product as it is served, with the yardstick beside it: the smallest guarded write of DRF."""

from __future__ import annotations

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ontwikkelrekening.settings")

from django.conf import settings
from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
settings.ROOT_URLCONF = "benchmarks.urls"
