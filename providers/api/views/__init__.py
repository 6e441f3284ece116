"""One small view per act."""
