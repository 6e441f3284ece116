"""Pages for the staff of a provider: they see and do by hand what the API does for their software."""
