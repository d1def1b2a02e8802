"""What a belief is asked with: points, probabilities, ends, kinds of interval and draws of a wrong kind."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import stattools as st

COIN = st.posterior(st.coin([0, 1, 1]), prior=st.Beta(1, 1))
RATE = st.posterior(st.poisson_rate([3, 4]), prior=st.Gamma(1, 1))
MEAN = st.posterior(st.normal([1.0, 2.0, 4.0]), prior=st.NormalInverseGamma(0, 1, 1, 1))
LINE = st.posterior(
    st.ols("y ~ x", {"y": [1.0, 2.0, 4.0, 3.0, 6.0], "x": [0.0, 1.0, 2.0, 3.0, 4.0]}),
    prior=st.NormalInverseGammaRegression([0, 0], np.eye(2), 1, 1),
)
SHARES = st.posterior(st.multinomial([3, 4]), prior=st.Dirichlet([1, 1]))
GAP = st.difference(COIN, st.posterior(st.coin([0, 1, 0]), prior=st.Beta(1, 1)))
SEVERAL = st.posterior(st.binomial([3, 4, 9], [10, 10, 12]), prior=st.Beta(1, 1))

NO_POINTS = (np.array([1 + 2j]), 10**400, Fraction(10**400, 7), Decimal("sNaN"), "x", b"x", {}, [[1.0], [1.0, 2.0]])
ASKED = {
    "density of a beta": COIN.density,
    "slope of a beta": COIN.slope,
    "low end of a beta": lambda value: COIN.probability(low=value),
    "quantile of a beta": COIN.quantile,
    "likelihood of a coin": st.coin([0, 1]).loglik,
    "density of a gamma": RATE.density,
    "slope of a gamma": RATE.slope,
    "quantile of a gamma": RATE.quantile,
    "exposure": RATE.predictive,
    "limit of a gamma": lambda value: st.Gamma.limit(value, 0.0),
    "quantile of a waiting time": RATE.predictive_time().quantile,
    "low end of a mean": lambda value: MEAN.probability(low=value),
    "shares": SHARES.density,
    "points of a contrast": GAP.cdf,
    "matrix of a hypothesis": st.fit(st.coin([0, 1])).test,
    "start": lambda value: st.custom(lambda t: -float(t @ t), start=value),
}


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("value", NO_POINTS, ids=lambda value: f"{value!r:.20}")
def test_points_are_numbers(asked, value):
    with pytest.raises(st.StattoolsError):
        ASKED[asked](value)


@pytest.mark.parametrize(
    "ask", [SEVERAL.density, SEVERAL.slope, SEVERAL.quantile, SEVERAL.probability, LINE.probability], ids=str
)
def test_points_go_with_the_arms(ask):
    with pytest.raises(st.DomainError, match="goes with"):
        ask([])


@pytest.mark.parametrize("belief", [COIN, RATE, GAP, SHARES, MEAN, LINE], ids=lambda belief: type(belief).__name__)
@pytest.mark.parametrize("kind", [pd.NA, np.array([]), pd.DataFrame(), "wald", None], ids=repr)
def test_kinds_of_an_interval(belief, kind):
    with pytest.raises(st.DomainError, match="kind="):
        belief.interval(0.9, kind=kind)


@pytest.mark.parametrize("belief", [COIN, RATE, SHARES, MEAN, LINE, SEVERAL], ids=lambda belief: type(belief).__name__)
@pytest.mark.parametrize("draws", [None, 0, -1, 10**12, 0.5, Decimal("sNaN"), np.timedelta64(1, "D")], ids=repr)
def test_draws_for_arviz_are_counted_first(belief, draws):
    with pytest.raises(st.DomainError, match="draws"):
        belief.to_arviz(draws)


def test_next_to_an_end():
    """Logarithms of ratios beyond float64, slopes that are beyond it, tails from which nothing is left."""
    assert_allclose(st.Beta(1, 1).density(5e-324), 1.0, rtol=1e-12)
    assert_allclose(st.Beta(2, 1).log_density(5e-324), np.log(2.0) + np.log(5e-324), rtol=1e-12)
    assert st.Beta(0.5, 1).slope(5e-324) == st.Gamma(0.5, 1).slope(5e-324) == -np.inf
    assert st.InverseGamma(2, 1).probability(high=5e-324) == 0.0
    assert st.StudentT(3, 0, 1).slope(np.inf) == st.Cauchy(0, 1).slope(np.inf) == 0.0
    assert MEAN.density(1.0, 5e-324) == MEAN.density(1.0, np.inf) == 0.0


def test_a_filter_that_has_seen_complex_numbers_stays_complex():
    state = st.exponential_filter_state(0.5)
    state.update([1j, 2j])
    assert_allclose(state.update([1.0]), [0.5 + 0.75j])
