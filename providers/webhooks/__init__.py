"""Telling providers' software that something changed; docs/providers.md explains it to them."""
