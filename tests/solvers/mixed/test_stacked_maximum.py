"""The maxima of many mixed models at once against the fit of each."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.solvers.mixed.maximum import stacked_maxima
from tests.latent.stacked_cases import members


def models(parts, term):
    for X, y, _, precision, codes in parts:
        table = {"y": y, "x": X[:, 1], "g": codes, "w": np.ones(len(y)) if precision is None else precision}
        yield st.linear_mixed(f"y ~ x + {term}", pd.DataFrame(table), precision="w" if precision is not None else None)


@pytest.mark.parametrize(("term", "widths"), [("(1 | g)", (1,)), ("(x | g)", (2,)), ("(x || g)", (1, 1))])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("reml", [True, False])
def test_maxima_are_those_of_the_fits(term, widths, weighted, reml):
    parts = members(sum(widths), weighted, 8)
    if term == "(x || g)":  # without correlation the origin of x is part of the model
        parts = [(X - [0.0, 2000.0], y, X - [0.0, 2000.0], w, codes) for X, y, _, w, codes in parts]
    found = stacked_maxima(parts, widths, reml=reml)
    assert np.count_nonzero(found.doubtful) <= 2
    for k, model in enumerate(models(parts, term)):
        if found.doubtful[k]:
            continue
        fit = st.fit(model, reml=reml)
        assert np.abs((found.estimate[k] - fit.estimate) / fit.se).max() < 1e-8
        assert_allclose(found.covariance[k], fit.covariance, rtol=1e-8)
        assert found.loglik[k] == pytest.approx(fit.loglik, rel=1e-11)
        assert found.scale[k] == pytest.approx(fit.scale, rel=1e-9)
        assert_allclose(found.df[k], fit.t_df, rtol=1e-6)
        assert found.decrement[k] <= 1e-8


def test_a_variance_of_zero_is_a_maximum():
    parts = members(1)
    rng = np.random.default_rng(0)
    X, _, z, _, codes = parts[0]
    within = rng.normal(size=len(codes))
    within -= (np.bincount(codes, within) / np.bincount(codes))[codes]  # groups differ less than chance
    parts[0] = (X, within, z, None, codes)
    found = stacked_maxima(parts, (1,))
    fit = st.fit(next(models(parts, "(1 | g)")))
    assert fit.found.profile.theta[0] == 0.0
    assert not found.doubtful[0]
    assert np.abs((found.estimate[0] - fit.estimate) / fit.se).max() < 1e-9
    assert_allclose(found.df[0], fit.t_df, rtol=1e-9)


def test_what_the_climb_does_not_decide_is_doubtful():
    parts = members(2)
    X, y, z, _, codes = parts[0]
    parts[0] = (X, codes * 2.0, z, None, codes)  # constant within groups
    X, y, z, _, codes = parts[1]
    parts[1] = (X[:, [0, 0]], y, z, None, codes)  # two equal columns
    X, y, z, _, codes = parts[2]
    parts[2] = (X, y, z, None, np.arange(len(y)))  # a group for each row
    doubtful = stacked_maxima(parts, (2,)).doubtful
    assert doubtful[:3].all()
    assert not doubtful[3:].all()
