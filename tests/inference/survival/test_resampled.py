"""Bootstrap replicates of Cox's regression: each is the fit of the rows that were drawn, and groups stay whole."""

from itertools import islice
from typing import Any

import numpy as np
import pandas as pd
import pytest

import stattools as st
from stattools.inference.resampling.bootstrap import _draws, influence_of_units, units_of_rows
from tests.cases import rng

G = rng(21)
N = 48
TABLE = pd.DataFrame(
    {"t": np.ceil(G.exponential(5.0, N)), "d": G.random(N) < 0.8, "x": G.normal(size=N), "p": np.arange(N) // 3}
)
TABLE["case"] = np.tile([1, 0, 0], N // 3)
SETS = st.conditional_logit("case ~ x", TABLE, strata="p")


def first(model: Any) -> Any:
    return next(islice(_draws(model, np.random.default_rng(5)), 1))


def test_a_replicate_is_the_fit_of_the_rows_drawn():
    model = st.cox("survival(t, d) ~ x", TABLE)
    boot = st.bootstrap(model, draws=2, seed=np.random.default_rng(5))
    which, strata = first(model)
    assert strata is None
    again = st.fit(st.cox("survival(t, d) ~ x", TABLE.iloc[which]))
    assert boot.draws[0] == pytest.approx(again.estimate, rel=1e-9)


def test_clusters_persons_and_sets_are_drawn_whole():
    for model in (st.cox("survival(t, d) ~ x", TABLE, cluster="p"), SETS):
        which, strata = first(model)
        assert len(which) == N
        assert (which.reshape(-1, 3) % 3 == [0, 1, 2]).all()
        assert (which.reshape(-1, 3) // 3 == which[::3, None] // 3).all()
    assert strata.tolist() == np.repeat(np.arange(N // 3), 3).tolist()
    again = TABLE.iloc[which].assign(p=strata)
    boot = st.bootstrap(SETS, draws=2, seed=np.random.default_rng(5))
    fit = st.fit(st.conditional_logit("case ~ x", again, strata="p"))
    assert boot.draws[0] == pytest.approx(fit.estimate, rel=1e-9)
    assert units_of_rows(st.cox("survival(t, d) ~ x", TABLE)) is None


def test_weights_are_rows_that_are_drawn_one_by_one():
    weighted = st.cox("survival(t, d) ~ x", TABLE.assign(w=2), weights="w")
    assert len(first(weighted)[0]) == 2 * N
    assert st.bootstrap(weighted, draws=3, seed=1).draws.shape == (3, 1)


def test_influence_of_units_is_that_of_their_rows():
    fit = st.fit(st.cox("survival(t, d) ~ x", TABLE, cluster="p"))
    C = np.asarray(fit.solution.covariance)
    influence, count = influence_of_units(fit.model, fit.estimate, C)
    robust = influence.T @ influence
    assert robust == pytest.approx(fit.covariance, rel=1e-9)
    assert count.sum() == N // 3
    lower, upper = st.bootstrap(fit, draws=60, seed=2).interval(kind="bca")
    assert lower < fit.estimate < upper


@pytest.mark.parametrize(
    ("kind", "said"), [("parametric", "says nothing of the hazard"), ("bayesian", "whole numbers")]
)
def test_other_kinds_are_refused_with_the_reason(kind, said):
    with pytest.raises(st.IncompatibleError, match=said):
        st.bootstrap(SETS, draws=5, seed=1, kind=kind)


def test_replicates_without_a_maximum_are_counted():
    few = {"t": [1, 2, 3, 4, 5, 6], "d": [1, 1, 0, 1, 0, 0], "x": [2, 1, 3, 4, 1, 5]}
    boot = st.bootstrap(st.cox("survival(t, d) ~ x", few), draws=40, seed=3)
    assert 0 < boot.failed < 39
    assert "without a maximum" in str(boot)
