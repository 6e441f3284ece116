"""Where software is tried out: the same product on a database of its own, with somebody to play the citizen.

Only with SANDBOX=true in the environment; without it nothing leads here.
"""
