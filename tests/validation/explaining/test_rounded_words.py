"""What is said of a column that was rounded before the other fit was made."""

import numpy as np
import pytest

from stattools.validation.explaining.other_values import done_to


@pytest.mark.parametrize(
    ("digits", "words"), [(-2, "multiples of 100"), (0, "0 decimals"), (1, "1 decimal"), (2, "2 decimals")]
)
def test_a_rounded_column_is_told_with_its_number_of_decimals(digits, words):
    old = np.array([1234.5678, 2345.6789, 3456.7891])
    assert done_to(old, np.round(old, digits)).endswith(f"rounded to {words}")
