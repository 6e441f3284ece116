"""The REST API for providers' software, /api/v1; docs/providers.md leads through it."""

VERSION = "1.0.0"
PREFIX = "/api/"
OAUTH = "/oauth/"
BYTES_MAX = 8 * 1024 * 1024  # of a body: a batch may have as many
