"""The smaller model within the larger: where it lies there, and which models do not nest."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.errors import IncompatibleError
from stattools.inference.hypotheses import likelihood_ratio, score_test, wald
from stattools.inference.hypotheses.nesting import embedding
from tests.inference.hypotheses.test_nested_tests import OUTCOMES, G, N, X, models


def test_embedding_gives_the_same_linear_predictor():
    mixed = X @ G.standard_normal((4, 4)) + 5.0  # the same space in other coordinates
    for kind in ("ols", "softmax"):
        small = st.fit(models(kind)[1])
        full = getattr(st, kind)(OUTCOMES[kind], mixed)
        theta = embedding(full, small.model, small.estimate)
        assert_allclose(full.eta(theta), small.model.eta(small.estimate), atol=1e-11)
        assert_allclose(score_test(small, full).statistic, score_test(small, models(kind)[0]).statistic, rtol=1e-8)


def test_a_fixed_coefficient_as_an_offset():
    """x1 = 0.5 is a hypothesis, and also the smaller model with the offset x1 / 2."""
    y = OUTCOMES["poisson"]
    full = st.poisson(y, X)
    fixed = st.fit(st.poisson(y, X[:, 1:], offset=0.5 * X[:, 0]))
    ratio, score, W = likelihood_ratio(st.fit(full), fixed), score_test(fixed, full), wald(st.fit(full), "x1 = 0.5")
    assert ratio.df == score.df == 1
    assert_allclose([ratio.statistic, score.statistic], W.statistic, rtol=0.1)
    theta = embedding(full, fixed.model, fixed.estimate)
    assert_allclose(theta[1], 0.5, rtol=1e-10)


def refused(full, restricted, message, error=IncompatibleError):
    with pytest.raises(error, match=message):
        likelihood_ratio(full, restricted)
    with pytest.raises(error, match=message):
        score_test(restricted, full.model)


def test_models_that_do_not_nest():
    full, small = (st.fit(m) for m in models("ols"))
    refused(small, full, r"the larger model comes with more coefficients; got 3 in .* and 5 in .* Exchange them")
    other = st.fit(st.ols(OUTCOMES["ols"], np.column_stack([X[:, 0], X[:, 1] ** 2])))
    refused(full, other, r"the models are not nested: 'x2' of y ~ .* is no combination of the columns")
    shifted = st.fit(st.ols(OUTCOMES["ols"], X[:, :2], offset=np.cos(X[:, 0])))
    refused(full, shifted, r"not nested: 'offset' of")
    no_constant = st.fit(st.ols(OUTCOMES["ols"], X, intercept=False))
    intercept = st.fit(st.ols(OUTCOMES["ols"], X[:, :1]))
    refused(no_constant, intercept, r"not nested: 'Intercept' of")


def test_models_of_other_data():
    y = OUTCOMES["ols"]
    full = st.fit(models("ols")[0])
    refused(
        full, st.fit(st.ols(y[1:], X[1:, :2])), r"one has 200 rows and the other 199; fit both to the rows complete"
    )
    refused(full, st.fit(st.ols(y + 1, X[:, :2])), r"the outcomes 'y' and 'y' differ in their values")
    weights = np.tile([1.0, 2.0], N // 2)
    refused(full, st.fit(st.ols(y, X[:, :2], weights=weights)), r"their weights differ")
    refused(full, st.fit(st.ols(y, X[:, :2], precision=weights)), r"their precisions differ")
    binary = st.fit(models("logistic")[1])
    refused(
        full, binary, r"Linear regression has a density and Logistic regression probabilities, which do not compare"
    )
    refused(
        st.fit(models("logistic")[0]), st.fit(st.probit(OUTCOMES["logistic"], X[:, :1])), r"have different likelihoods"
    )
    refused(full, st.fit(st.coin([1, 0])), r"has no rows")
    frame = {"y": y[:6], "x": [1.0, 2.0, None, 4.0, 4.5, 3.0], "z": [3.0, 1.0, 2.0, 5.0, 4.0, 4.0]}
    large, part = st.fit(st.ols("y ~ x + z", frame)), st.fit(st.ols("y ~ z", frame))
    refused(large, part, r"one has 5 rows and the other 6 \(1 and 0 were dropped\)")
