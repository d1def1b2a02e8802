"""Zero-inflated fits: parameters in our order, and standard errors that leave out what is between the parameters."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from numpy.testing import assert_allclose

import stattools as st
from stattools.errors import IncompatibleError
from stattools.validation.foreign.reading import described
from tests.validation.explaining.test_audit import quiet

draw = np.random.default_rng(5)
n = 250
X = pd.DataFrame({"x": draw.normal(size=n), "const": 1.0})
counts = draw.poisson(np.exp(1 + 0.4 * X.x)) * draw.integers(0, 2, n)
mixed = draw.negative_binomial(2, 2 / (2 + np.exp(1 + 0.4 * X.x))) * (draw.random(n) < 0.7)


def test_standard_errors_of_the_poisson_are_those_of_parameters_taken_apart():
    """statsmodels 0.15 leaves the information between zeros and counts out; earlier and later ones may not."""
    results = quiet(lambda: sm.ZeroInflatedPoisson(counts, X, exog_infl=X).fit(disp=0, maxiter=200))
    foreign = described(results)
    assert foreign.names == ("Intercept", "x", "zero: Intercept", "zero: x")
    found = st.audit(results)
    assert found.distance < 1e-3
    right = foreign.recipe.se(foreign.recipe.maximum(foreign.numbers.estimate))
    assert found.ok == bool(np.allclose(foreign.numbers.se, right, rtol=1e-3))
    assert found.ok or [one.cause for one in found.findings] == ["parameters taken apart"]


@pytest.mark.slow
def test_the_negative_binomial_is_right():
    results = quiet(lambda: sm.ZeroInflatedNegativeBinomialP(mixed, X, offset=X.x * 0.1).fit(disp=0, maxiter=300))
    found = st.audit(results)
    assert found.ok, found
    assert found.rows["term"].tolist() == ["Intercept", "x", "zero", "log alpha"]
    assert_allclose(found.rows["estimate"].iloc[-1], np.log(results.params.iloc[-1]))


def test_a_loop_that_stopped_is_named():
    early = quiet(lambda: sm.ZeroInflatedPoisson(counts, X).fit(disp=0, maxiter=1))
    assert st.audit(early).findings[0].cause == "stopped early"


@pytest.mark.slow
def test_what_has_no_twin_is_refused():
    probit = quiet(lambda: sm.ZeroInflatedPoisson(counts, X, inflation="probit").fit(disp=0, maxiter=5))
    with pytest.raises(IncompatibleError, match="inflation='probit'"):
        st.audit(probit)
    first = quiet(lambda: sm.ZeroInflatedNegativeBinomialP(mixed, X, p=1).fit(disp=0, maxiter=5))
    with pytest.raises(IncompatibleError, match="p=1"):
        st.audit(first)
