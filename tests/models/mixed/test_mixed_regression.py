"""Which regressions take effects of groups, and that their rows are those without them."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.stats
from numpy.testing import assert_array_equal

import stattools as st
from stattools.errors import DomainError, IncompatibleError
from stattools.models.mixed.mixed_model import MixedRegression
from tests.cases import rng

N = 60
RANDOM = rng(1)
TABLE = {
    "hit": RANDOM.integers(0, 2, N),
    "count": RANDOM.poisson(2.0, N),
    "size": RANDOM.gamma(2.0, 1.0, N),
    "grade": RANDOM.integers(1, 4, N),
    "tries": np.where(np.arange(N) < 10, 0, 8),
    "won": np.where(np.arange(N) < 10, 0, RANDOM.integers(0, 9, N)),
    "lost": RANDOM.integers(0, 3, N),
    "w": RANDOM.integers(1, 3, N),
    "t": RANDOM.uniform(1.0, 2.0, N),
    "x": RANDOM.standard_normal(N),
    "g": np.repeat(list("abcdef"), 10),
    "h": np.tile(list("uvwxyz"), 10),
}
GUMBEL = st.likelihood(scipy.stats.gumbel_r, parameters={"loc": "identity", "scale": "log"})
MADE = {
    "logistic": (st.logistic, "hit", {"weights": "w"}),
    "trials": (st.logistic, "won", {"trials": "tries"}),
    "two columns": (st.logistic, "won + lost", {}),
    "probit": (st.probit, "hit", {"offset": "t"}),
    "poisson": (st.poisson, "count", {"exposure": "t"}),
    "negative binomial": (st.negative_binomial, "count", {"dispersion": "~ x"}),
    "gamma": (st.gamma, "size", {}),
    "beta-binomial": (st.beta_binomial, "won", {"trials": "tries"}),
    "cloglog": (st.glm, "hit", {"family": "binomial", "link": "cloglog"}),
    "poisson by name": (st.glm, "count", {"family": "poisson"}),
    "normal with log": (st.glm, "size", {"family": "normal", "link": "log"}),
    "normal with a scale": (st.glm, "size", {"family": "normal", "scale": "~ x"}),
    "inverse Gaussian": (st.glm, "size", {"family": "inverse-gaussian"}),
    "ordinal": (st.ordinal, "grade", {}),
    "times": (st.aft, "survival(t, hit)", {"offset": "x"}),
    "own": (lambda formula, table, **more: st.regression(formula, table, GUMBEL, **more), "size", {"scale": "~ x"}),
}


@pytest.mark.parametrize("case", MADE)
def test_a_regression_with_groups_has_the_rows_of_the_one_without(case):
    made, outcome, given = MADE[case]
    model = made(f"{outcome} ~ x + (x | g) + (1 | h)", TABLE, **given)
    plain = made(f"{outcome} ~ x", TABLE, **given)
    assert isinstance(model, MixedRegression)
    assert (model.kind, model.names) == (plain.kind, plain.names)
    assert model.title == f"{plain.title} with random effects"
    assert repr(model.fixed.likelihood) == repr(plain.likelihood)
    assert model.fixed.loglik(plain.start) == plain.loglik(plain.start)
    assert_array_equal(model.y, plain.rows.y)
    assert [term.name for term in model.random] == ["(x | g)", "(1 | h)"]
    levels, n = ("bcdef", 50) if "trials" in given else ("abcdef", len(plain.rows.X))
    assert (model.random[0].levels, len(model.random[0].codes)) == (tuple(levels), n)
    assert [design.labels for design in model.read.random] == [term.levels for term in model.random]


def test_its_page_says_rows_weights_and_groups():
    model = st.logistic("hit ~ x + (1 | g)", TABLE, weights="w")
    assert model.counted == f"60 rows standing for {sum(TABLE['w'])} observations (weights), 6 levels of g"
    assert "for P(hit = 1)" in str(model)
    assert "10 dropped without trials" in str(st.logistic("won ~ x + (1 | g)", TABLE, trials="tries"))


def test_some_of_its_rows_are_a_model():
    model: Any = st.poisson("count ~ x + (1 | g)", TABLE, exposure="t").subset(slice(15, 40))
    assert (model.n, model.random[0].levels) == (25.0, ("b", "c", "d"))


def test_what_predicts_and_is_predicted_stay_apart():
    with pytest.raises(DomainError, match="'lost' is part of the outcome"):
        st.logistic("won + lost ~ x + (lost | g)", TABLE)
    model = st.poisson("count ~ . - hit - size - grade - tries - won - lost - h + (1 | g)", TABLE, weights="w")
    assert model.names == ("Intercept", "t", "x")


def test_other_regressions_name_the_way():
    with pytest.raises(DomainError, match=r"\(1 \| g\), .*st\.linear_mixed.*st\.logistic.*st\.Cluster"):
        st.ols("size ~ x + (1 | g)", TABLE)
    with pytest.raises(st.IncompatibleError, match=r"two at a time with st\.logistic, or write st\.one_vs_rest"):
        st.softmax("grade ~ x + (1 | g)", TABLE)


def test_groups_of_another_parameter_are_refused():
    with pytest.raises(DomainError, match=r"effects of groups"):
        st.negative_binomial("count ~ x + (1 | g)", TABLE, dispersion="~ x + (1 | g)")


ENDED = [("size", "gamma", "inverse"), ("count", "poisson", "identity"), ("hit", "binomial", "log")]


@pytest.mark.parametrize(("outcome", "family", "link"), ENDED)
def test_links_that_do_not_take_every_number_are_refused(outcome, family, link):
    with pytest.raises(IncompatibleError, match="such as log for positive means and logit"):
        st.glm(f"{outcome} ~ x + (1 | g)", TABLE, family=family, link=link)


def test_rows_in_files_are_refused(tmp_path):
    pd.DataFrame(TABLE).to_parquet(tmp_path / "t.parquet")
    with pytest.raises(IncompatibleError, match="give a table in memory"):
        st.logistic("hit ~ x + (1 | g)", st.scan(str(tmp_path / "t.parquet")))
