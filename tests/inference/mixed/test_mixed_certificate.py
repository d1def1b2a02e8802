"""The sentences on a fit's maximum: near, highest or local, and the conditions at a variance of 0."""

import numpy as np
import pytest

import stattools as st
from stattools.errors import IncompatibleError
from tests.latent.ratio_cases import drawn


def two_maxima():
    y, X, _, codes = drawn(30, [3, 2, 1, 1, 1, 2], p=3, spread=(0.1, 0.5, 3.0))
    return {"y": y, "a": X[:, 1], "b": X[:, 2], "g": codes}


ZERO = {"y": [1.0, 2, 3, 4, 2, 3, 4, 1, 4, 3, 1, 2], "g": np.repeat(list("abc"), 4), "x": np.arange(12) % 4}


def test_all_local_maxima_of_one_ratio_are_listed_the_highest_first():
    fit = st.fit(st.linear_mixed("y ~ a + b + (1 | g)", two_maxima()), reml=False)
    frame = fit.local_maxima()
    assert frame["deviance"].to_list() == sorted(frame["deviance"])
    assert frame["deviance"][0] == pytest.approx(fit.deviance, rel=1e-12)
    sd, residual = fit.variance_components()["estimate"]
    assert frame.loc[0, ["sd", "residual"]].to_list() == pytest.approx([sd, residual], rel=1e-9)
    assert "no point is better by more than 1e-6 in −2 log L" in str(fit.certificate)
    assert "2 local maxima, of (1 | g): sd 0.17062 (11.1), sd 6.418 (26.82)" in str(fit.certificate)


def test_local_maxima_are_in_units_of_the_outcome():
    table = two_maxima()
    frame = st.fit(st.linear_mixed("y ~ a + b + (1 | g)", table), reml=False).local_maxima()
    table["y"] = 1e3 * table["y"]
    larger = st.fit(st.linear_mixed("y ~ a + b + (1 | g)", table), reml=False).local_maxima()
    np.testing.assert_allclose(larger["sd"], 1e3 * frame["sd"], rtol=1e-8)


def test_zero_is_said_to_be_the_maximum_with_the_slope():
    """At 0 the slope is tr Z'PZ = 12 - 4 = 8 by each unit of the ratio, since the group means are equal."""
    fit = st.fit(st.linear_mixed("y ~ 1 + (1 | g)", ZERO))
    assert "The sd of (1 | g) is 0, and 0 is the maximum: −2 log L rises from there, by 8 for each unit" in str(
        fit.certificate
    )
    halved = {**ZERO, "w": np.full(12, 2.0)}  # a column of effects of 2: the ratio of variances is a fourth
    fit = st.fit(st.linear_mixed("y ~ 1 + (0 + w | g)", halved))
    assert "by 32 for each unit" in str(fit.certificate)


def test_correlated_effects_are_said_to_be_local():
    rng = np.random.default_rng(1)
    codes = np.repeat(np.arange(8), 5)
    x = rng.normal(size=40)
    y = x + rng.normal(size=8)[codes] + 0.01 * x * rng.normal(size=8)[codes] + rng.normal(size=40)
    model = st.linear_mixed("y ~ x + (x | g)", {"y": y, "x": x, "g": codes})
    fit = st.fit(model)
    assert "standard errors of a local maximum" in str(fit.certificate)
    with pytest.raises(IncompatibleError, match="independent effects"):
        st.fit(model, certify="global")
    with pytest.raises(IncompatibleError, match="one ratio"):
        fit.local_maxima()


def test_one_ratio_is_not_searched_where_local_is_asked_for():
    fit = st.fit(st.linear_mixed("y ~ 1 + (1 | g)", ZERO), certify="local")
    assert "a local maximum" in str(fit.certificate)


def test_a_covariance_of_lower_rank_is_said_with_its_conditions():
    rng = np.random.default_rng(2)
    codes, x = np.repeat(np.arange(6), 6), np.tile(np.arange(6.0), 6)
    y = x + (3 * rng.normal(size=6))[codes] + rng.normal(size=36)
    fit = st.fit(st.linear_mixed("y ~ x + (x | g)", {"y": np.round(y, 1), "x": x, "g": codes}))
    assert np.linalg.matrix_rank(fit.found.profile.factors[0], tol=1e-10) == 1
    assert "has rank 1 of 2, and that is a local maximum: −2 log L does not fall" in str(fit.certificate)


def test_two_variances_with_two_maxima_are_fitted_at_the_higher_on_request():
    """A climb ends at the lower one, and says that it is local; the proof finds the higher one and ends there."""
    y, X, _, codes = drawn(436031, [3, 2, 1, 1, 1, 2], p=3, spread=(0.1, 0.5, 3.0))
    table = {"y": y, "a": X[:, 1], "b": X[:, 2], "g": codes, "h": [0, 1, 2, 1, 1, 0, 1, 0, 2, 1]}
    model = st.linear_mixed("y ~ a + b + (1 | g) + (1 | h)", table)
    climbed, proven = st.fit(model), st.fit(model, certify="global")
    assert "of a local maximum" in str(climbed.certificate)
    assert climbed.deviance - proven.deviance == pytest.approx(1.05380518, abs=1e-6)
    assert "of the maximum" in str(proven.certificate)
    assert "no point is better by more than 1e-6 in −2 log L." in str(proven.certificate)
