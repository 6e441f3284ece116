"""The settings of the tests: the product's own, in development mode, with quick password hashes."""

import os

os.environ.setdefault("ENVIRONMENT", "development")

from ontwikkelrekening.settings import *  # noqa: F403

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher",
    "providers.hashers.ClientSecretHasher",
]
