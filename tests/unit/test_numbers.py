"""Numbers are written as people of a language write them, rounded half up, never as minus zero."""

from decimal import Decimal

import numpy as np
import pytest

from elt.report.numbers import number, percent


@pytest.mark.parametrize(
    ("value", "decimals", "language", "text"),
    [
        (29356250, 0, "en", "29,356,250"),
        (29356250, 0, "de", "29.356.250"),
        ("1234.5", 2, "en", "1,234.50"),
        ("1234.5", 2, "de", "1.234,50"),
        (999, 0, "de", "999"),
        (0, 2, "en", "0.00"),
        (0.5, 0, "en", "1"),
        (1.5, 0, "en", "2"),
        (2.675, 2, "en", "2.68"),
        (-2.675, 2, "de", "−2,68"),
        (-1234, 0, "en", "−1,234"),
        (-0.001, 2, "en", "0.00"),
        (Decimal("-0.00"), 2, "de", "0,00"),
        (1e15, 0, "en", "1,000,000,000,000,000"),
        (np.float64(0.1), 1, "en", "0.1"),
        (np.int64(1000), 0, "en", "1,000"),
    ],
)
def test_a_number_is_written_with_marks_and_rounded_half_up(value, decimals, language, text):
    assert number(value, decimals, language) == text


@pytest.mark.parametrize(
    ("value", "text"), [(748, "+748.00"), (-748, "−748.00"), (0, "0.00"), (0.001, "0.00"), (-0.001, "0.00")]
)
def test_a_gain_carries_its_sign_and_nothing_carries_none(value, text):
    assert number(value, 2, sign=True) == text


@pytest.mark.parametrize(
    ("share", "more", "text"),
    [
        (0.398, {}, "39.8\u00a0%"),
        (0.398, {"language": "de"}, "39,8\u00a0%"),
        (0.0005, {}, "0.1\u00a0%"),
        (0.29, {"decimals": 0}, "29\u00a0%"),
        (-0.05, {"sign": True}, "−5.0\u00a0%"),
        (0.05, {"sign": True}, "+5.0\u00a0%"),
        (Decimal(1), {}, "100.0\u00a0%"),
        (12.3456, {"decimals": 0}, "1,235\u00a0%"),
    ],
)
def test_a_share_is_written_as_per_cent(share, more, text):
    assert percent(share, **more) == text
