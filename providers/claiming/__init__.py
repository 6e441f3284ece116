"""Claims: submitted by a provider, assessed by the machine or a person, paid by the scheme.

The machine may approve what the terms allow. A refusal and a recovery take a person, a reason and a second person.
"""

from providers.claiming.assessing import assess
from providers.claiming.paying import forget_payment, hand_back, settle, take_up
from providers.claiming.recovering import (
    agree_to_recovery,
    decline_recovery,
    propose_recovery,
)
from providers.claiming.reviewing import approve, confirm_refusal, refuse, send_back
from providers.claiming.submitting import submit, wait_for_a_twin, withdraw

__all__ = [
    "agree_to_recovery",
    "approve",
    "assess",
    "confirm_refusal",
    "decline_recovery",
    "forget_payment",
    "hand_back",
    "propose_recovery",
    "refuse",
    "send_back",
    "settle",
    "submit",
    "take_up",
    "wait_for_a_twin",
    "withdraw",
]
