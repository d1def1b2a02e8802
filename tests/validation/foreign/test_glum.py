"""glum's fits: right ones with their standard errors, and what is wrong with others."""

import numpy as np
import pandas as pd
import pytest
from glum import GeneralizedLinearRegressor, GeneralizedLinearRegressorCV

import stattools as st
from stattools.errors import DomainError, IncompatibleError
from tests.sizes import first
from tests.validation.explaining.test_audit import X, count, n, offset, quantity, quiet, weight, yes

rng = np.random.default_rng(3)
size = rng.gamma(2.0, np.exp(0.1 * X[:, 1] - 0.5) / 2.0)
shares = rng.binomial(weight, 0.4) / weight
w = weight.astype(float)


def fitted(y, weights=None, shift=None, **options):
    estimator = GeneralizedLinearRegressor(**{"alpha": 0.0, "gradient_tol": 1e-9, **options})
    return quiet(estimator.fit, X, y, sample_weight=weights, offset=shift, store_covariance_matrix=True)


RIGHT = {
    "poisson": ({"family": "poisson"}, count, None, offset),
    "gamma, plain": ({"family": "gamma", "robust": False}, size, None, None),
    "poisson, plain": ({"family": "poisson", "robust": False}, count, w, None),
    "rates": ({"family": "poisson"}, count / w, w, None),
    "shares, plain": ({"family": "binomial", "robust": False}, shares, w, None),
    "normal": ({"family": "normal"}, quantity, None, offset),
    "normal, plain": ({"family": "normal", "robust": False}, quantity, w, None),
    "gamma": ({"family": "gamma"}, size, None, offset),
    "Tweedie 3": ({"family": "tweedie (3)"}, size, None, None),
    "cloglog": ({"family": "binomial", "link": "cloglog", "expected_information": True}, yes, None, offset),
    "shares": ({"family": "binomial"}, shares, w, None),
}


@pytest.mark.parametrize("name", first(3, RIGHT))
def test_right_fits_are_right_with_their_standard_errors(name):
    options, y, weights, shift = RIGHT[name]
    found = st.audit(fitted(y, weights, shift, **options), X=X, y=y, weights=weights, offset=shift)
    assert found.ok, str(found)
    assert found.sentence.endswith("and the standard errors are right.")
    assert (np.abs(found.table()["ratio"].dropna() - 1.0) < 1e-4).all()


def cause(found):
    return [one.cause for one in found.findings if one.serious]


@pytest.mark.slow
def test_a_missing_offset_is_no_maximum():
    assert cause(st.audit(fitted(count, shift=offset, family="poisson"), X=X, y=count))[0] == "not the maximum"


def test_a_penalty_is_told_with_its_strength():
    options = {"family": "gamma", "alpha": 0.1, "l1_ratio": 0.5, "scale_predictors": True, "P2": [1.0, 0.0, 2.0]}
    found = st.audit(fitted(size, w, **options), X=X, y=size, weights=w)
    assert cause(found) == ["penalty"]
    assert "an elastic-net penalty on scaled columns (alpha = 0.1, l1_ratio = 0.5)" in found.findings[0].evidence


def test_what_cross_validation_chose():
    found = st.audit(
        GeneralizedLinearRegressorCV(family="normal", l1_ratio=[0.3], alphas=[0.1], cv=2).fit(X, quantity),
        X=X,
        y=quantity,
    )
    assert cause(found) == ["penalty"]
    assert "l1_ratio = 0.3" in found.findings[0].evidence


def test_stopped_early():
    found = st.audit(fitted(count, family="poisson", max_iter=1), X=X, y=count)
    assert cause(found)[0] == "stopped early"


def test_robust_errors_of_weights_that_repeat_nothing_are_not_checked():
    found = st.audit(fitted(count, w, family="poisson"), X=X, y=count, weights=w)
    assert found.ok
    assert [one.cause for one in found.findings] == ["standard errors not checked"]


def test_formulas_and_categories():
    table = pd.DataFrame(X, columns=list("abc")).assign(
        y=count, g=pd.Categorical(np.array(list("pqr"))[np.arange(n) % 3])
    )
    by_formula = GeneralizedLinearRegressor(family="poisson", alpha=0, formula="y ~ a + g", drop_first=True).fit(table)
    found = st.audit(by_formula, table)
    assert found.ok, str(found)
    assert found.table()["term"].tolist() == ["Intercept", "a", "g[q]", "g[r]"]
    with pytest.raises(DomainError, match="has a formula"):
        st.audit(by_formula, X=X, y=count)
    by_table = GeneralizedLinearRegressor(family="poisson", alpha=0, drop_first=True).fit(table[["a", "g"]], table["y"])
    assert st.audit(by_table, table, y="y").ok
    with pytest.raises(DomainError, match="needs the column 'shift'"):
        st.audit(by_table, table, y="y", offset="shift")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"family": "negative.binomial"}, "holds theta at a number"),
        ({"family": "tweedie"}, r"TweedieDistribution\(1.5\) with LogLink"),
        ({"family": "poisson", "lower_bounds": [0.0, 0.0, 0.0]}, "lower_bounds="),
    ],
)
def test_what_is_refused(options, words):
    with pytest.raises(IncompatibleError, match=words):
        st.audit(fitted(count, **options), X=X, y=count)
    with pytest.raises(IncompatibleError, match="not fitted"):
        st.audit(GeneralizedLinearRegressor(), X=X, y=count)
