"""Rows of a regression with random parts: which are complete, and which groups tell nothing."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from stattools.data.dataset import mixed_rows
from stattools.errors import DomainError, IncompatibleError
from tests.data.test_random_design import TABLE


def test_rows_with_a_gap_in_any_column_are_dropped_and_counted():
    table = TABLE | {"g": ["b", None, "a", "a", "b", "b", "a", "a"], "w": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, np.nan, 8.0]}
    rows, latent = mixed_rows("st.linear_mixed", "y ~ 1 + (x | g)", table, {"precision": "w"})
    assert (rows.dropped, rows.n_dropped) == ({"g": 1, "w": 1}, 2)
    assert_array_equal(rows.kept, [0, 2, 3, 4, 5, 7])
    assert_array_equal(rows.numbers["precision"], [1.0, 3.0, 4.0, 5.0, 6.0, 8.0])
    assert latent.terms[0].codes.tolist() == [1, 0, 0, 1, 1, 0]
    assert_array_equal(latent.terms[0].z[:, 1], [0.0, 2.0, 3.0, 1.0, 0.0, 2.0])


def test_the_design_prints_the_formula_as_it_was_typed_and_makes_the_fixed_columns():
    rows, _ = mixed_rows("st.linear_mixed", "y ~ x+(1|g)", TABLE, {})
    assert rows.design.formula == "y ~ x+(1|g)"
    assert rows.design.names == ("Intercept", "x")
    assert_array_equal(rows.design.encode({"x": [3.0]}), [[1.0, 3.0]])


@pytest.mark.parametrize(
    ("formula", "change", "said"),
    [
        ("y ~ (1 | g) + (1 | t)", {}, "'g' and 't' are two names of one grouping"),
        ("y ~ (1 | g) + (x | g:t)", {}, "'g' and 'g:t' are two names of one grouping"),
        ("y ~ g + (1 | g)", {}, r"the fixed effects make every effect of \(1 \| g\): 'g' has 2 levels"),
        ("y ~ x + (1 | g)", {"x": [6.0, 6.0, 4.0, 4.0, 6.0, 6.0, 4.0, 4.0]}, "the fixed effects make every effect"),
        ("y ~ g*x + (0 + x | g)", {}, r"make every effect of \(0 \+ x \| g\)"),
    ],
)
def test_terms_that_cannot_be_told_apart_are_named(formula, change, said):
    with pytest.raises(DomainError, match=said):
        mixed_rows("st.linear_mixed", formula, TABLE | change, {})


def test_other_effects_over_the_same_groups_are_a_term_of_their_own():
    assert len(mixed_rows("st.linear_mixed", "y ~ (1 | g) + (0 + x | t)", TABLE, {})[1].terms) == 2
    assert len(mixed_rows("st.linear_mixed", "y ~ h + (1 | g)", TABLE, {})[1].terms) == 1


def test_a_formula_without_random_parts_and_arrays_are_refused():
    with pytest.raises(IncompatibleError, match=r'"y ~ x \+ \(1 \| group\)", or a curve, s\(x\); without one st.ols'):
        mixed_rows("st.linear_mixed", "y ~ x", TABLE, {})
    with pytest.raises(IncompatibleError, match="takes a formula and its table"):
        mixed_rows("st.linear_mixed", [1.0], [[1.0]], {})
