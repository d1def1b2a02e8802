"""Terms as spaces of linear predictors: beside the columns of real rows, and of any coding."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from stattools.data.dataset import read
from stattools.data.design.design import TermSpaces

RNG = np.random.default_rng(2)
N = 300
DATA = pd.DataFrame(
    {"x": RNG.normal(size=N), "z": RNG.random(N) + 0.1, "g": RNG.choice(list("abc"), N), "h": RNG.choice(["u", "v"], N)}
)
DATA["my:k"] = RNG.integers(0, 3, N)
DATA["y"] = RNG.normal(size=N)
FORMULAS = [
    "y ~ x * g + h",
    "y ~ 0 + g + h",
    "y ~ g + g:h",
    "y ~ poly(x, 2) * g + C(`my:k`)",
    "y ~ bs(x, df=4):h + I(z**2) + log(z)",
    "y ~ C(g, contr.sum) * h",
    "y ~ C(g, Treatment('b')) * x",
    "y ~ g * h * x",
    "y ~ x:z + g:x",
]


def spaces(formula):
    data = read(formula, DATA)
    return TermSpaces(data.design.parsed, data.design.names, data.design.levels), data.X


@pytest.mark.parametrize("formula", FORMULAS)
def test_what_is_left_is_what_the_smaller_formula_spans(formula):
    """Without terms that contain it, the columns where R beta = 0 are those of the formula without the term."""
    found, X = spaces(formula)
    for k, term in enumerate(found.terms):
        dropped = [k, *(j for j, other in enumerate(found.terms) if other.factors > term.factors)]
        rest = [other.text for j, other in enumerate(found.terms) if j not in dropped]
        constant = [] if formula.startswith("y ~ 0") else ["1"]
        if not rest and not constant:
            continue
        smaller = read(f"y ~ {' + '.join(['0' if not constant else '1', *rest])}", DATA).X
        R = found.without(dropped)
        assert len(R) == X.shape[1] - smaller.shape[1]
        beta = np.linalg.lstsq(X, smaller, rcond=None)[0]
        assert_allclose(X @ beta, smaller, atol=1e-9)
        assert_allclose(R @ beta, 0.0, atol=1e-8)


@pytest.mark.parametrize("coding", ["g", "C(g)", "C(g, contr.sum)", "C(g, Treatment('c'))", "C(g, contr.helmert)"])
def test_a_main_effect_is_even_over_the_levels_of_the_other_whatever_the_coding(coding):
    """The linear predictors that type III holds: the averages over h of every level of g are equal."""
    found, _ = spaces(f"y ~ {coding} * h")
    data = read(f"y ~ {coding} * h", DATA)
    cells = data.design.encode({"g": list("aabbcc"), "h": list("uvuvuv")})
    averages = cells.reshape(3, 2, -1).mean(axis=1)
    gaps = averages[1:] - averages[0]
    R = found.of_sums(0)
    assert len(R) == 2
    free = np.linalg.svd(R)[2][2:].T  # coefficients with R beta = 0
    assert_allclose(gaps @ free, 0.0, atol=1e-9)


def test_columns_of_terms_are_found_from_their_names():
    found, X = spaces("y ~ poly(x, 2) * g + C(`my:k`)")
    assert [term.text for term in found.terms] == ["poly(x, 2)", "g", "C(`my:k`)", "poly(x, 2):g"]
    assert sorted(k for columns in found.columns for k in columns) == list(range(1, X.shape[1]))


def test_columns_without_a_formula_are_terms():
    found = TermSpaces(None, ("Intercept", "a", "b"), {})
    assert [term.text for term in found.terms] == ["a", "b"]
    assert found.without([1]).tolist() == [[0.0, 0.0, 1.0]]
    assert found.of_sums(0).tolist() == [[0.0, 1.0, 0.0]]
