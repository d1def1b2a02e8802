import numpy as np
import pytest

import stattools as st
from stattools.errors import DomainError
from stattools.validation.foreign.claim import Printed, canonical, printed, read_claim

MODEL = st.ols("y ~ x + C(g)", {"y": [1.0, 3.0, 5.0, 8.0, 8.5, 2.0], "x": [0, 1, 2, 3, 4, 4], "g": [1, 2, 3, 1, 2, 3]})


@pytest.mark.parametrize(
    "text, value, half",
    [
        ("2.380", 2.38, 0.0005),
        ("-1.2e-05", -1.2e-5, 0.5e-6),
        ("(0.12)", 0.12, 0.005),
        ("12", 12.0, 0.5),
        ("1,234.5*", 1234.5, 0.05),
        ("<0.001", 0.0005, 0.0005),
        ("0.123456789012", 0.123456789012, 0.0),
    ],
)
def test_a_printed_number_reaches_half_a_digit(text, value, half):
    assert printed(text, "") == (pytest.approx(value, rel=1e-15), pytest.approx(half, rel=1e-12))


def test_the_ends_of_rounding_hold_and_what_is_beyond_does_not():
    found = Printed(np.array([2.83, np.nan]), np.array([0.005, np.nan]))
    assert found.holds(np.array([2.835, 1.0])).tolist() == [True, True]
    assert found.holds(np.array([2.8251 - 0.0002, 1.0])).tolist() == [False, True]


@pytest.mark.parametrize("terms", [("(Intercept)", "x", "factor(g)2", "factor(g)3"), ("_cons", "x", "2.g", "3.g")])
def test_terms_of_other_languages(terms):
    claim = read_claim([{"": term, "Estimate": str(k)} for k, term in enumerate(terms)], MODEL, "a")
    assert claim.columns["estimate"].value.tolist() == [0.0, 1.0, 2.0, 3.0]
    assert canonical("x:g[T.2]") == canonical("g2:x") == canonical("c.x#2.g")


@pytest.mark.parametrize(
    "rows, said",
    [
        ([], "has none"),
        ([{"term": "x", "coef": "1"}], "lacks 'Intercept'"),
        ([{"term": "x", "coef": "1"}] * 4, "twice|lacks"),
        ([{"row": "x", "coef": "1"}], "needs a column of terms"),
    ],
)
def test_tables_that_are_none_of_the_model(rows, said):
    with pytest.raises(DomainError, match=said):
        read_claim(rows, MODEL, "a.csv")
