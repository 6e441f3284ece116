"""Benchmarks: `python -m benchmarks NAME` runs one, against yardsticks on a server of its own."""
