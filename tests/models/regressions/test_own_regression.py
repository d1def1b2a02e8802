"""`st.regression`: names of parameters, outcomes with labels, files, arrays."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy import stats

import stattools as st
from tests.gumbel import Gumbel, gumbel

G = np.random.default_rng(8)
T = pd.DataFrame({"x": G.normal(size=90), "y": G.gumbel(size=90)})
OWN = st.likelihood(stats.gumbel_r, parameters={"loc": "identity", "scale": "log"})


def test_a_class_of_ones_own_is_taken_as_it_is():
    fit, hand = st.fit(st.regression("y ~ x", T, Gumbel(), scale="~ x")), st.fit(gumbel("y ~ x", T, scale="~ x"))
    assert_allclose(fit.estimate, hand.estimate, rtol=1e-12)
    assert fit.names[-1] == "log scale: x"


@pytest.mark.parametrize(
    ("likelihood", "options", "said"),
    [
        (OWN, {"shape": "~ x"}, "gumbel_r has no parameter 'shape'; beside 'loc' it has 'scale'"),
        (OWN, {"loc": "~ x"}, "'loc' is the first parameter of scipy.stats.gumbel_r"),
        (3, {}, "needs a likelihood"),
        (st.Gaussian(), {}, "has a constructor of its own"),
        (st.likelihood(stats.expon, parameters={"scale": "log"}), {}, "expon needs positive numbers"),
    ],
)
def test_what_is_none_is_refused_by_name(likelihood, options, said):
    with pytest.raises(st.StattoolsError, match=said):
        st.regression("y ~ x", T, likelihood, **options)


def test_arrays_and_files_give_the_fit_of_the_table(tmp_path):
    fit = st.fit(st.regression("y ~ x", T, OWN))
    arrays = st.fit(st.regression(T.y.to_numpy(), T[["x"]].to_numpy(), OWN))
    assert_allclose(arrays.estimate, fit.estimate, atol=1e-9)
    T.to_parquet(tmp_path / "t.parquet")
    files = st.fit(st.regression("y ~ x", st.scan(tmp_path / "t.parquet"), OWN, scale="~ x"))
    assert_allclose(files.estimate, st.fit(st.regression("y ~ x", T, OWN, scale="~ x")).estimate, atol=1e-7)


def test_labels_are_an_outcome_of_a_binary_likelihood():
    table = T.assign(y=np.where(G.random(90) < 0.5, "no", "yes"))
    fit = st.fit(st.regression("y ~ x", table, st.likelihood(stats.bernoulli, parameters={"p": "logit"})))
    hand = st.fit(st.logistic("y ~ x", table))
    assert np.abs((fit.estimate - hand.estimate) / hand.se).max() < 1e-7
    assert_allclose(fit.se, hand.se, rtol=1e-5)
    assert "P(y = 'yes')" in str(fit)


def test_it_is_validated_by_scipys_own_density_and_reported(tmp_path):
    fit = st.fit(st.regression("y ~ x", T, OWN, scale="~ x"))
    found = st.validate(fit)
    assert found.ok
    assert found.sentence.startswith("scipy.stats.gumbel_r, climbed from its values, agrees")
    text = st.report(fit, to=tmp_path / "own").read_text()
    assert "a local maximum" in text
    assert "Derivatives are central differences" in text
    assert "log scale \\~ x" in text or "log scale ~ x" in text


def test_a_report_leaves_out_the_figures_that_nothing_is_known_of(tmp_path):
    mine = st.likelihood(
        "Laplace", lambda y, m, scale: -np.log(2.0 * scale) - np.sqrt((y - m) ** 2 + 0.01) / scale,
        parameters={"m": "identity", "scale": "log"}, outcome="real",
    )  # fmt: skip
    fit = st.fit(st.regression("y ~ x", T, mine))
    assert "your function climbed from its values agrees" in st.validate(fit).sentence
    assert "predicted mean" not in st.report(fit, to=tmp_path / "mine").read_text()
