"""A term stands for all of its coefficients."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.errors import DomainError
from stattools.inference.hypotheses.wald import coefficients_of, terms_of

RNG = np.random.default_rng(5)
N = 150
DATA = pd.DataFrame({"x": RNG.normal(size=N), "g": RNG.choice(list("abc"), N), "race": RNG.integers(1, 4, N)})
DATA["y"] = RNG.normal(size=N)
DATA["k"] = RNG.negative_binomial(2, 0.4, N)
DATA["c"] = RNG.choice(list("pqr"), N)


def test_a_term_is_tested_as_all_of_its_coefficients():
    fit = st.fit(st.ols("y ~ x + C(race) + x:g", DATA))
    one = fit.test("C(race)")
    assert one.hypothesis == ("C(race)[T.2] = 0", "C(race)[T.3] = 0")
    assert_allclose(one.statistic, fit.test("C(race)[T.2] = 0, C(race)[T.3] = 0").statistic, rtol=1e-12)
    assert fit.test("x:g").df == 2
    assert fit.test("x : g").df == 2
    assert fit.test(["C(race)", "x"]).df == 3
    assert fit.test("x").df == 1


def test_a_term_of_several_categories_and_of_another_parameter():
    fit = st.fit(st.softmax("c ~ x + g", DATA))
    assert fit.test("g").df == 4
    assert fit.test("x").hypothesis == ("q: x = 0", "r: x = 0")
    fit = st.fit(st.negative_binomial("k ~ x", DATA, dispersion="~ g"))
    assert fit.test("log alpha: g").hypothesis == ("log alpha: g[T.b] = 0", "log alpha: g[T.c] = 0")
    assert [of.label for of in terms_of(fit.model)] == ["", "log alpha"]


def test_what_names_no_term_is_read_as_before():
    model = st.ols("y ~ x + g", DATA)
    assert coefficients_of(model, "g[T.b]") == coefficients_of(model, "x = 0") == coefficients_of(model, 3) == []
    with pytest.raises(DomainError, match="no coefficient is called 'race'"):
        st.fit(model).test("race")
    assert terms_of(st.coin([0, 1, 1])) == ()
