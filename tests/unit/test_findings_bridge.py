"""The bridge of revenue: no total contradicts its parts, and the steps add up exactly."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from elt.findings.bridge import STEPS, Category, Side, Sold, bridge, order_value

NAMES = ("Bikes", "Clothing", "Parts", "n/a")


def category(customers, orders, quantity, price, **products):
    """A category whose units have a price; products: number -> (units, price)."""
    sold = {name: Sold(units * each, units) for name, (units, each) in products.items()}
    return Category(quantity * price, quantity, customers, orders, sold)


def side(customers, unexplained=0, **categories):
    return Side(customers, sum(part.revenue for part in categories.values()) + unexplained, categories)


counts = st.integers(0, 500)
parts = st.builds(
    Category,
    revenue=st.integers(-10_000, 10**9),
    quantity=st.integers(-5, 10**6),
    customers=counts,
    orders=counts,
    products=st.dictionaries(
        st.sampled_from("PQRS"), st.builds(Sold, st.integers(-100, 10**8), st.integers(-5, 10**4)), max_size=4
    ),
)
sides = st.builds(
    lambda customers, categories, more: Side(customers, sum(p.revenue for p in categories.values()) + more, categories),
    counts,
    st.dictionaries(st.sampled_from(NAMES), parts, max_size=4),
    st.integers(-100, 10**6),
)


def turned(one):
    """The same with categories and products in another order."""
    found = {
        name: Category(p.revenue, p.quantity, p.customers, p.orders, dict(reversed(p.products.items())))
        for name, p in reversed(one.categories.items())
    }
    return Side(one.customers, one.revenue, found)


@settings(max_examples=150, deadline=None)
@given(last=sides, this=sides, apart=st.sets(st.sampled_from(NAMES)))
def test_the_steps_add_up_exactly_and_the_order_of_groups_changes_nothing(last, this, apart):
    steps = bridge(last, this, apart)
    assert (steps is None) == (min(last.customers, this.customers, last.revenue, this.revenue) <= 0)
    if steps is not None:
        assert sum(steps.values()) == this.revenue - last.revenue
        assert bridge(turned(last), turned(this), apart) == steps


def test_orders_that_all_rose_in_value_do_not_fall_because_small_ones_became_more():
    last = side(100, Bikes=category(100, 100, 100, 2_700), Clothing=category(10, 10, 10, 118))
    this = side(100, Bikes=category(100, 100, 100, 2_900), Clothing=category(100, 400, 400, 137))
    steps = bridge(last, this)
    assert sum(steps.values()) == this.revenue - last.revenue
    assert steps["mix"] > 0 and steps["frequency"] > 0
    value = order_value(last, this, (110, 500), ("Bikes", "Clothing"))
    assert value.inside > 0 > value.mix
    assert (value.category, value.reach) == ("Bikes", (100 / 110, 100 / 500))
    assert value.mix + value.inside == pytest.approx(this.revenue / 500 - last.revenue / 110)


def test_twice_the_customers_who_buy_alike_are_customers_alone():
    last, this = side(10, Bikes=category(10, 20, 20, 500)), side(20, Bikes=category(20, 40, 40, 500))
    assert bridge(last, this) == {"customers": 10_000}


def test_a_price_that_rose_is_price_alone_and_a_dearer_choice_is_mix():
    last = side(10, Bikes=category(10, 10, 10, 100, p=(5, 50), q=(5, 150)))
    dearer = side(10, Bikes=category(10, 10, 10, 110, p=(5, 55), q=(5, 165)))
    assert bridge(last, dearer) == {"price": 100}
    chosen = side(10, Bikes=category(10, 10, 10, 130, p=(2, 50), q=(8, 150)))
    assert bridge(last, chosen) == {"mix": 300}


def test_a_category_that_began_or_ended_is_mix():
    last = side(10, Bikes=category(10, 10, 10, 100), Parts=category(5, 5, 5, 10))
    this = side(10, Bikes=category(10, 10, 10, 100), Clothing=category(4, 4, 4, 30))
    assert bridge(last, this) == {"mix": 120 - 50}


def test_what_has_no_factors_is_a_step_of_its_own():
    last = side(10, 7, Bikes=category(10, 10, 10, 100))
    this = side(10, 1, Bikes=category(10, 10, 10, 100), Vouchers=Category(-40, 0, 3, 3))
    assert bridge(last, this) == {"other": -46}
    assert bridge(last, this, {"Bikes"}) == {"other": -46}


def test_units_an_order_are_quantity():
    last, this = side(10, Bikes=category(10, 10, 10, 100)), side(10, Bikes=category(10, 10, 30, 100))
    assert bridge(last, this) == {"quantity": 2_000}


def test_without_customers_there_is_no_bridge():
    assert bridge(side(1, Bikes=category(1, 1, 1, 100)), side(0)) is None


def test_an_order_value_is_told_only_of_categories_that_hold_all_revenue():
    last = side(10, Bikes=category(10, 10, 10, 100), Parts=category(5, 5, 5, 10))
    assert order_value(last, last, (10, 10), ("Bikes",)) is None
    assert order_value(side(10, 5, Bikes=category(10, 10, 10, 100)), last, (10, 10), ("Bikes", "Parts")) is None
    assert order_value(last, last, (10, 10), ("Bikes", "Parts")).mix == 0


def test_all_steps_have_a_wording():
    from small_run import TEMPLATES

    from elt.expose.bridge import ALL_STEPS
    from elt.report.words import read

    assert set(STEPS) < set(ALL_STEPS)
    for language in ("de", "en"):
        assert set(read(str(TEMPLATES / f"expose.{language}.yaml"))["steps"]) == set(ALL_STEPS)
