"""How the secrets of API clients are stored."""

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class ClientSecretHasher(PBKDF2PasswordHasher):
    """One salted round: a drawn secret of 384 bits cannot be guessed, so slowness buys nothing.

    A password's million rounds would cost half a second for every token asked for.
    """

    algorithm = "pbkdf2_client_secret"
    iterations = 1
