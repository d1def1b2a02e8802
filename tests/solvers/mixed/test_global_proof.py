"""The highest maximum is the one that is fitted, and what is proven of it is said."""

import numpy as np
import pytest

from stattools.errors import IncompatibleError
from stattools.latent.coordinates import coordinates
from stattools.latent.deviance import Deviance
from stattools.latent.elimination import OneFactor
from stattools.latent.global_maximum import branch_and_bound
from stattools.solvers.mixed.maximum import maximum, proven_maximum
from tests.latent.certified import term
from tests.latent.ratio_cases import drawn


def of(*terms, y, X, reml=True):
    found = coordinates(X, y, terms)
    return Deviance.of(OneFactor.of(found.columns), found, reml)


def one_ratio(seed):
    y, X, z, codes = drawn(seed, [3, 2, 1, 1, 1, 2], p=3, spread=(0.1, 0.5, 3.0))
    return of(term(codes, z[:, None]), y=y, X=X, reml=False)


def test_two_maxima_are_both_known_and_the_higher_is_fitted():
    deviance = one_ratio(30)
    best, proof = proven_maximum(deviance, None)
    assert proof is not None
    high, low = proof.maxima
    assert best.converged
    assert best.profile.theta[0] ** 2 == pytest.approx(high.ratio, rel=1e-8)
    ended = maximum(deviance, (np.full((1, 1), np.sqrt(low.ratio)),))  # where a climb from the other side ends
    assert ended.converged
    assert ended.profile.value > best.profile.value + 1.0


def test_several_ratios_are_proven_on_request_only():
    rng = np.random.default_rng(0)
    codes, x = np.repeat(np.arange(5), 4), rng.normal(size=20)
    one = np.ones((20, 1))
    y = rng.normal(size=5)[codes] * 2 + rng.normal(size=20)
    deviance = of(term(codes, one), term(codes, x[:, None]), y=y, X=one)
    best, proof = proven_maximum(deviance, None)
    assert proof is None
    again, proof = proven_maximum(deviance, None, "global")
    assert proof is not None
    assert (proof.gap, proof.closed, proof.maxima) == (1e-6, True, ())
    assert again.profile.value == pytest.approx(best.profile.value, abs=1e-9)

    # a planted fault: the climb ends at ratios of 9
    low = maximum(deviance, (np.full((1, 1), 3.0),) * 2, max_steps=0)
    found = branch_and_bound(deviance, low.profile.value)
    assert found.value < low.profile.value - 1.0
    assert maximum(deviance, deviance.factors(found.theta)).profile.value == pytest.approx(best.profile.value, abs=1e-8)


def test_correlated_effects_have_no_global_proof():
    rng = np.random.default_rng(0)
    codes, X = np.repeat(np.arange(5), 4), np.column_stack([np.ones(20), rng.normal(size=20)])
    deviance = of(term(codes, X), y=rng.normal(size=20) + rng.normal(size=5)[codes], X=X)
    assert proven_maximum(deviance, None)[1] is None
    with pytest.raises(IncompatibleError, match="independent effects"):
        proven_maximum(deviance, None, "global")


def test_a_start_that_is_given_is_taken():
    best, proof = proven_maximum(one_ratio(30), (np.full((1, 1), 1.0),))
    assert best.converged
    assert proof is None
