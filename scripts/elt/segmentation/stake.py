"""What the action for a segment is worth: arithmetic on what its customers have bought, never a forecast."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

TENTH = 10  # ASSUMPTION: the value of an action is told for every tenth customer, a share that a campaign may reach
TENTH_OF = "([{customers}] + 5) // 10"  # formula of a ledger: every tenth of them, a half rounded up


def tenth_of(customers: int) -> int:
    """Every tenth of so many customers, as a whole number, a half rounded up."""
    return (customers + TENTH // 2) // TENTH


def one_more_order(segment: Mapping[str, Any]) -> Decimal:
    """Revenue if every tenth customer of a segment ordered once more at its average order value, in money.

    segment: of the metadata of the model, with customers and figures.
    """
    return tenth_of(segment["customers"]) * Decimal(str(segment["figures"]["average_order_value"]))
