"""Bridge of revenue between two periods that no total contradicts: every factor is taken inside a category.

The revenue of a category is customers x reach (share of them who buy the category) x orders a buyer x units an order x
revenue a unit. Each factor's effect is its additive share by the logarithmic mean (LMDI-I; Ang, Energy Policy 33,
2005): symmetric in time, without a residual, and summed over categories. Revenue a unit moves with the prices of
products sold in both periods, product by product, and with the choice among products; that choice and the reach are
the mix.
"""

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

STEPS = ("customers", "mix", "frequency", "quantity", "price")
REST = "other"  # what has no factors: nothing bought, or more taken back than sold, or not to be told by category


@dataclass(frozen=True)
class Sold:
    """What was sold of a product or category: revenue (whole numbers of its smallest unit) and units (likewise)."""

    revenue: int
    quantity: int

    @property
    def price(self) -> float:
        """Revenue a unit."""
        return self.revenue / self.quantity

    @property
    def is_positive(self) -> bool:
        """Whether there is a price."""
        return self.revenue > 0 and self.quantity > 0


@dataclass(frozen=True)
class Category(Sold):
    """A category of one period: its buyers, their orders that hold it, and its products by number."""

    customers: int
    orders: int
    products: Mapping[str, Sold] = field(default_factory=dict)

    @property
    def is_split(self) -> bool:
        """Whether all factors are positive."""
        return self.is_positive and self.customers > 0 and self.orders > 0


@dataclass(frozen=True)
class Side:
    """One period: known customers with an order, the revenue of known customers, and the categories by name."""

    customers: int
    revenue: int
    categories: Mapping[str, Category]


def logarithmic_mean(a: float, b: float) -> float:
    """The logarithmic mean of two positive numbers."""
    return a if math.isclose(a, b, rel_tol=1e-12) else (a - b) / (math.log(a) - math.log(b))


def effect(before: Sold, after: Sold, ratio: float) -> float:
    """What a factor that changed by a ratio contributes to the change of revenue."""
    return logarithmic_mean(after.revenue, before.revenue) * math.log(ratio)


def price_effect(before: Mapping[str, Sold], after: Mapping[str, Sold]) -> float:
    """What changed prices of products that were sold in both periods contribute; 0 if none changed."""
    both = [(before[name], after[name]) for name in sorted(before.keys() & after.keys())]
    return math.fsum(
        effect(one, two, two.price / one.price) for one, two in both if one.is_positive and two.is_positive
    )


def factor_effects(last: Side, this: Side, name: str) -> dict[str, float]:
    """The effects of the five steps on a category that has all factors in both periods."""
    before, after = last.categories[name], this.categories[name]
    per_unit = effect(before, after, after.price / before.price)
    price = price_effect(before.products, after.products)
    buyers, orders = after.customers / before.customers, after.orders / before.orders
    known = this.customers / last.customers
    return {
        "customers": effect(before, after, known),
        "mix": effect(before, after, buyers / known) + per_unit - price,
        "frequency": effect(before, after, orders / buyers),
        "quantity": effect(before, after, after.quantity / before.quantity / orders),
        "price": price,
    }


def whole_effects(exact: Mapping[str, float], difference: int) -> dict[str, int]:
    """Effects as whole numbers that sum to the difference: the largest one takes what rounding leaves."""
    found = {step: round(value) for step, value in exact.items()}
    largest = max(exact, key=lambda step: abs(exact[step]))
    found[largest] += difference - sum(found.values())
    return found


def category_effects(last: Side, this: Side, name: str) -> dict[str, float]:
    """What each step contributes to the change of a category's revenue; sums to it.

    A category that was sold in one of the periods alone is mix: that is the limit of its reach going to nothing.
    """
    before, after = last.categories.get(name), this.categories.get(name)
    if before and after and before.is_split and after.is_split:
        return factor_effects(last, this, name)
    difference = (after.revenue if after else 0) - (before.revenue if before else 0)
    one = before or after
    is_new_or_gone = one is not None and one.is_split and (before is None or after is None)
    return {"mix" if is_new_or_gone else REST: difference}


def bridge(last: Side, this: Side, apart: Collection[str] = ()) -> dict[str, int] | None:
    """The steps from the revenue of known customers in one period to that in the other; they sum to the difference.

    apart: categories of which only the difference is told, together. Steps without effect are left out; None where
    nobody ordered in one of the periods, or the revenue of one is not positive.
    """
    if min(last.customers, this.customers, last.revenue, this.revenue) <= 0:
        return None
    names = {*last.categories, *this.categories} - {*apart}
    parts = [category_effects(last, this, name) for name in names]
    exact = {step: math.fsum(part.get(step, 0) for part in parts) for step in STEPS}
    told = [sum(side.categories[name].revenue for name in names & side.categories.keys()) for side in (last, this)]
    rest = round(math.fsum(part.get(REST, 0) for part in parts))
    steps = whole_effects(exact, told[1] - told[0] - rest)
    steps[REST] = rest + this.revenue - last.revenue - (told[1] - told[0])
    return {step: amount for step, amount in steps.items() if amount}


@dataclass(frozen=True)
class OrderValue:
    """Why the value of an order changed, in money an order: by what orders hold (mix) or inside the categories.

    reach: the category whose share of orders moved the mix most, with its share of the orders of both periods.
    """

    mix: float
    inside: float
    category: str
    reach: tuple[float, float]


def order_value(last: Side, this: Side, orders: tuple[int, int], names: Iterable[str]) -> OrderValue | None:
    """The change of revenue an order, split at the means of both periods: share of the orders that hold a category x
    revenue of the category in such an order. None unless these categories hold all revenue of both periods.

    orders: of the known customers in the former and the later period.
    """
    mix, inside, shares = {}, [], {}
    told = sorted({*names})
    for side in (last, this):
        parts = [part for name, part in side.categories.items() if name in told]
        if sum(part.revenue for part in parts) != side.revenue or not all(part.orders for part in parts):
            return None
    for name in told:
        one, two = (side.categories.get(name) for side in (last, this))
        reach = [part.orders / count if part else 0.0 for part, count in zip((one, two), orders, strict=True)]
        value = [part.revenue / part.orders if part and part.orders else 0.0 for part in (one, two)]
        if not all(reach):  # sold in one period alone: all of it is a matter of what orders hold
            value = [max(value, key=abs)] * 2
        mix[name], shares[name] = (reach[1] - reach[0]) * sum(value) / 2, (reach[0], reach[1])
        inside.append((value[1] - value[0]) * sum(reach) / 2)
    main = min(mix, key=lambda name: (-abs(mix[name]), name))
    return OrderValue(math.fsum(mix.values()), math.fsum(inside), main, shares[main])
