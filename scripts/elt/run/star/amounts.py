"""The amount of an order line that no field states."""

from collections.abc import Mapping

from elt.run.star.columns import Made
from elt.run.star.roles import PERCENT, Roles
from elt.tables import DECIMALS


def less_discount(roles: Roles, parts: Mapping[str, str]) -> Made:
    """Quantity by price, less a discount; `parts`: the SQL of each role."""
    sql, share = f"{parts['quantity']} * {parts['unit_price']}", roles.get("discount_share")
    if share is not None:
        part = f"COALESCE({parts['discount_share']}, 0)"
        sql += f" * (100 - {part}) / 100" if share.field.unit == PERCENT else f" * (1 - {part})"
    if less := parts.get("discount_amount"):
        sql += f" - COALESCE({less}, 0)"
    return Made(sql, "decimal", max(DECIMALS, roles.of("unit_price").field.scale))
