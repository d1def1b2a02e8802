"""Laws that every regression with random effects obeys: what its fit must not depend on, and what it must follow."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import stattools as st
from tests.latent import grouped_data
from tests.latent.grouped_data import FAMILIES
from tests.sizes import first

GROUPS = 14
EXACT = 1e-8
"""Two climbs end within 1e-8 standard errors of the maximum, on either side of it."""


def fit(family: str, table: Any, formula: str = "y ~ x + (x | g)", **given: Any) -> Any:
    model: Any = FAMILIES[family].call(formula, table)
    return st.fit(model, **given)


def table_of(family: str) -> pd.DataFrame:
    return pd.DataFrame(grouped_data.one_factor(family, groups=GROUPS).table())


def same(one: Any, other: Any, to: Any = None) -> None:
    """Two fits of the same likelihood; the parameters of the second are `to` times those of the first."""
    to = np.eye(len(one.estimate)) if to is None else to
    assert_allclose(other.loglik, one.loglik, rtol=1e-10)
    se = np.sqrt(np.diag(to @ one.covariance @ to.T))
    assert (np.abs(other.estimate - to @ one.estimate) < 10.0 * EXACT * se).all()
    assert_allclose(other.se, se, rtol=1e-6)


SOME = ("logistic", "ordinal")
CASES = [*first(1, SOME), *first(0, [name for name in FAMILIES if name not in SOME], pytest.mark.nightly)]


@pytest.mark.parametrize("family", CASES)
def test_rows_in_another_order_and_other_names_of_groups(family):
    table = table_of(family)
    one = fit(family, table)
    order = np.random.default_rng(1).permutation(len(table))
    turned = table.iloc[order].reset_index(drop=True)
    turned["g"] = 100 - pd.factorize(table.g)[0][order]
    other = fit(family, turned)
    same(one, other)
    assert_allclose(other.found.covariances[0], one.found.covariances[0], rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("family", CASES)
def test_the_origin_and_the_unit_of_a_column(family):
    """x = a + b x' in the fixed and the random part: effects at x' = 0 are others, the likelihood is the same."""
    table = table_of(family)
    a, b = -2000.0, 1e4
    one, other = fit(family, table), fit(family, table.assign(x=(table.x - a) / b))
    to = np.eye(len(one.estimate))
    at = one.names.index("x")
    to[at, at] = b
    if "Intercept" in one.names:
        to[0, at] = a
    else:  # thresholds are what the predictor is compared with
        to[at + 1 :, at] = -a
    assert_allclose(other.loglik, one.loglik, rtol=1e-9)
    assert_allclose(other.estimate[at], b * one.estimate[at], rtol=1e-7)
    se = np.sqrt(np.diag(to @ one.covariance @ to.T))
    assert_allclose(other.se, se, rtol=1e-5)  # numbers near 2000, whose digits are gone for the level
    move = np.array([[1.0, a], [0.0, b]])
    assert_allclose(other.found.covariances[0][1, 1], (move @ one.found.covariances[0] @ move.T)[1, 1], rtol=1e-6)


@pytest.mark.parametrize("family", CASES)
def test_the_same_groups_again_under_other_names(family):
    """Twice the groups say the same with twice the weight."""
    table = table_of(family)
    one = fit(family, table)
    other = fit(family, pd.concat([table, table.assign(g=table.g + "'")], ignore_index=True))
    assert_allclose(other.loglik, 2.0 * one.loglik, rtol=1e-10)
    assert_allclose(other.se, one.se / np.sqrt(2.0), rtol=1e-6)
    assert (np.abs(other.estimate - one.estimate) < 10.0 * EXACT * one.se).all()


@pytest.mark.parametrize("made", first(1, (st.logistic, st.poisson), pytest.mark.nightly))
def test_rows_twice_within_their_groups_are_weights_of_two(made):
    table = table_of("logistic")
    one = st.fit(made("y ~ x + (1 | g)", pd.concat([table, table], ignore_index=True)))
    same(one, st.fit(made("y ~ x + (1 | g)", table.assign(w=2), weights="w")))


def test_trials_are_single_rows():
    table = table_of("binomial")
    one = fit("binomial", table, "y ~ x + (1 | g)")
    single = table.loc[np.repeat(table.index, table.trials.astype(int))].reset_index(drop=True)
    number = single.groupby(["g", "x"]).cumcount()
    other = fit("logistic", single.assign(y=(number < single.y).astype(int)), "y ~ x + (1 | g)")
    assert_allclose(other.estimate, one.estimate, rtol=1e-7)
    assert_allclose(other.found.roots[0], one.found.roots[0], rtol=1e-6)
    assert_allclose(other.se, one.se, rtol=1e-6)


def test_lognormal_times_that_were_all_seen_are_a_linear_mixed_model():
    table = table_of("gamma").assign(log=lambda table: np.log(table.y))
    times: Any = st.aft("survival(y) ~ x + (1 | g)", table, distribution="lognormal")
    one = st.fit(times)
    other = st.fit(st.linear_mixed("log ~ x + (1 | g)", table), reml=False)
    assert times.fixed.n_events == len(table)
    assert_allclose(one.loglik, other.loglik - table.log.sum(), rtol=1e-9)
    assert_allclose(one.estimate[:2], other.estimate, rtol=1e-7)
    assert_allclose(np.exp(one.estimate[2]), other.scale, rtol=1e-7)
    assert_allclose(np.abs(one.found.roots[0]), np.abs(other.found.roots[0]), rtol=1e-6)
    assert "only one" not in str(one.certificate)


def test_failures_counted_as_successes_turn_the_signs():
    table = table_of("logistic")
    one, other = fit("logistic", table), fit("logistic", table.assign(y=1 - table.y))
    same(one, other, -np.eye(2))
    assert_allclose(other.found.covariances[0], one.found.covariances[0], rtol=1e-6, atol=1e-9)


@pytest.mark.slow
def test_an_offset_and_an_exposure_move_the_intercept():
    table = table_of("poisson").assign(o=3.0, t=np.exp(3.0))
    one = fit("poisson", table)
    given: Any
    for given in ({"offset": "o"}, {"exposure": "t"}):
        other = st.fit(st.poisson("y ~ x + (x | g)", table, **given))
        assert_allclose(other.estimate, one.estimate - [3.0, 0.0], atol=1e-7)
        assert_allclose(other.loglik, one.loglik, rtol=1e-10)
