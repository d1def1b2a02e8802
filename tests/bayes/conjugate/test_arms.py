"""Hyperparameters from 1e-300 to 1e308: each answer is right or an error; never NaN, infinite or 0 in silence."""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import stattools as st

SIZES = (1e-300, 1e-100, 1e-20, 0.5, 3.0, 1e8, 1e15, 1e100, 1e308)
PAIRS = list(itertools.product(SIZES, SIZES))


def built(make: Any, *parameters: float) -> Any:
    """The distribution, or None where it is refused."""
    try:
        return make(*parameters)
    except st.DomainError:
        return None


def root(value: Fraction) -> float:
    """A square root that neither overflows nor vanishes on the way."""
    power = (value.numerator.bit_length() - value.denominator.bit_length()) // 2
    return float(np.ldexp(np.sqrt(float(value / Fraction(4) ** power)), power))


@pytest.mark.parametrize(("a", "b"), PAIRS)
def test_beta(a: float, b: float) -> None:
    belief = built(st.Beta, a, b)
    if belief is None:
        assert min(a, b) < 1e-100 or max(a, b) > 1e15
        return
    A, B = Fraction(a), Fraction(b)
    assert_allclose(belief.mean, float(A / (A + B)), rtol=1e-14)
    assert_allclose(belief.sd, root(A * B / (A + B) ** 2 / (A + B + 1)), rtol=1e-13)
    pmf = [B * (B + 1), 2 * A * B, A * (A + 1)]
    assert_allclose(belief.predictive(2).pmf([0, 1, 2]), [float(p / (A + B) / (A + B + 1)) for p in pmf], rtol=1e-9)
    assert not np.isnan(belief.quantile([0.1, 0.5, 0.9])).any()


@pytest.mark.parametrize(("shape", "scale"), PAIRS)
def test_gamma_and_inverse_gamma(shape: float, scale: float) -> None:
    a, b = Fraction(shape), Fraction(scale)
    if (belief := built(st.Gamma, shape, scale)) is not None:
        assert_allclose(belief.mean, float(a / b), rtol=1e-14)
        assert_allclose(belief.sd, root(a / b**2), rtol=1e-13)
        assert np.isfinite(belief.quantile([0.1, 0.5, 0.9])).all()
    if (belief := built(st.InverseGamma, shape, scale)) is not None:
        assert_allclose(belief.mode, float(b / (a + 1)), rtol=1e-14)
        assert_allclose(belief.mean, float(b / (a - 1)) if a > 1 else np.inf, rtol=1e-14)
        for ask in (belief.quantile, belief.interval):
            try:
                found = np.asarray(ask(0.5), dtype=float)
            except st.DomainError:
                assert shape < 1.0
                continue
            assert (np.isfinite(found) & (found > 0)).all() or shape < 1.0


@pytest.mark.parametrize(("df", "scale"), PAIRS)
def test_student_t(df: float, scale: float) -> None:
    belief = built(st.StudentT, df, 0.0, scale)
    if belief is None:
        return
    try:
        found = belief.quantile(0.9)
    except st.DomainError:
        assert df < 1e-2 or scale > 1e100
        return
    assert_allclose(belief.probability(high=found), 0.9, rtol=1e-9)


def test_log_density_of_student_t_far_away() -> None:
    # f(x) ~ c |x|^-(nu + 1)
    far = st.StudentT(3, 0.0, 1.0).log_density([1e150, 1e200, 1e300])
    assert_allclose(np.diff(far), -4.0 * np.log([1e50, 1e100]), rtol=1e-13)


@pytest.mark.parametrize(("mean", "sd"), list(itertools.product([0.0, 1e12, 1e100], [1e-100, 1.0, 1e8, 1e16, 1e100])))
def test_posterior_mean_of_a_vague_prior_far_away(mean: float, sd: float) -> None:
    posterior = st.Normal(mean, sd).update(st.normal([1.0, 2.0], sd=1.0))
    own = 1 / Fraction(sd) ** 2
    assert_allclose(posterior.mean, float((Fraction(mean) * own + 3) / (own + 2)), rtol=1e-13)


def test_masked_parameters_are_refused() -> None:
    """What lies under a mask is no number that anyone gave."""
    masked = np.ma.masked_array([1.0, 5.0], [False, True])
    for make in (st.Beta, st.Gamma, st.Normal, lambda a, b: st.HalfNormal(a), lambda a, b: st.Dirichlet(a)):
        with pytest.raises(st.DomainError, match=r"needs \w+ (positive and )?finite; got"):
            make(masked, 1.0)


def test_what_is_refused_says_the_range() -> None:
    for make, words in (
        (lambda: st.Beta(1e308, 1e308), "Beta needs a between 1e-100 and 1e[+]15; got 1e[+]308"),
        (lambda: st.Gamma(1.0, 1e200), "Gamma needs rate between"),
        (lambda: st.Dirichlet([1.0, 1e300]), "Dirichlet needs concentration between"),
        (lambda: st.Normal(1e300, 1.0), "Normal needs mean up to 1e[+]120"),
        (lambda: st.NormalInverseGamma(0.0, 1e-300, 1.0, 1.0), "needs strength between"),
        (lambda: st.HalfNormal(1e-300), "HalfNormal needs scale between"),
    ):
        with pytest.raises(st.DomainError, match=words):
            make()


@pytest.mark.parametrize("missing", [float("nan"), pd.NaT, pd.NA], ids=str)
def test_each_arm_has_a_label(missing):
    with pytest.raises(st.DomainError, match="different labels; one is missing"):
        st.Normal(0, [1.0, 2.0], arms=[missing, "b"])


@pytest.mark.parametrize("arms", [{"a", "b"}, b"ab"], ids=["a set", "bytes"])
def test_labels_have_an_order(arms):
    with pytest.raises(st.DomainError, match="arms="):
        st.Normal(0, [1.0, 2.0], arms=arms)
