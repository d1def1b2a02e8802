"""Score tests of added columns, against fits that have them."""

import numpy as np
from numpy.testing import assert_allclose

import stattools as st
from stattools.inference.diagnostics.check import LookedAt
from tests.inference.diagnostics.checks.r_rows import TABLE


def f_of(fit, name):
    of = LookedAt(fit)
    statistic, df = of.added.test(of.added.link if name == "link" else of.added.curves[name])
    return statistic / df / ((fit.df - statistic) / (fit.df - df))


def test_squares_are_those_of_r():
    """resettest(m, power = 2, type = "fitted") and anova(m, update(m, . ~ . + I(z^2))) of m = lm(y ~ x + z + g)."""
    fit = st.fit(st.ols("y ~ x + z + g", TABLE))
    assert_allclose(f_of(fit, "link"), 0.0083008254, rtol=1e-7)  # as many digits as R was asked for
    assert_allclose(f_of(fit, "z"), 0.00758163598299, rtol=1e-9)


def test_the_score_statistic_is_the_fall_of_the_deviance_where_it_is_small():
    fit = st.fit(st.logistic("b ~ x + z", TABLE))
    more = st.fit(st.logistic("b ~ x + z + I(z**2)", TABLE))
    of = LookedAt(fit)
    statistic, df = of.added.test(of.added.curves["z"])
    assert df == 1
    assert_allclose(statistic, 2.0 * (more.loglik - fit.loglik), rtol=0.1)  # equal to first order


def test_a_square_that_is_there_already_is_not_new():
    of = LookedAt(st.fit(st.ols("y ~ x + I(x**2) + b", TABLE)))
    assert "x" not in of.added.curves
    assert of.added.test(of.added.curves["b"]) == (0.0, 0)  # of 0 and 1


def test_explained_is_how_much_the_linear_predictor_varies():
    fit = st.fit(st.ols("y ~ x + z + g", TABLE))
    fitted = fit.predict(align=False)
    assert_allclose(LookedAt(fit).added.explained, ((fitted - fitted.mean()) ** 2).sum() / fit.scale**2, rtol=1e-10)


def test_categories_have_a_curve_each():
    of = LookedAt(st.fit(st.softmax("g ~ x + z", TABLE)))
    assert of.added.test(of.added.curves["z"])[1] == 2
    assert of.added.link == ()
    assert np.isfinite(of.added.explained)
