"""Fits of likelihoods of one's own in files: SciPy's by name, functions given back."""

import json
import zipfile

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from scipy import stats

import stattools as st
from stattools.inference.storage.walker import made_again as made
from stattools.inference.storage.walker import written

G = np.random.default_rng(5)
T = pd.DataFrame({"x": G.normal(size=60), "y": G.gumbel(size=60), "r": np.repeat(["a", "b", "c"], 20)})


def loglik(y, m, s):
    return -np.log(s) - (y - m) / s - np.exp(-(y - m) / s)


def mean(m, s):
    return m + np.euler_gamma * s


OF_SCIPY = st.likelihood(stats.t, parameters={"loc": "identity", "scale": "log"}, fixed={"df": 5})
MINE = st.likelihood("G", loglik, parameters={"m": "identity", "s": "log"}, outcome="real", mean=mean)


def odds(y, a, b):
    full = np.stack([0.0 * a, a, b], axis=-1)
    return np.take_along_axis(full, y.astype(int)[..., None], -1)[..., 0] - np.log(np.exp(full).sum(axis=-1))


LABELS = st.likelihood("odds", odds, parameters={"a": "identity", "b": "identity"}, outcome="category")


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    folder, found = tmp_path_factory.mktemp("own"), {}
    for name, formula, likelihood in (("t", "y ~ x", OF_SCIPY), ("G", "y ~ x", MINE), ("odds", "r ~ x", LABELS)):
        fit = st.fit(st.regression(formula, T, likelihood), cov="HC0")
        found[name] = fit, fit.save(folder / name)
    return found


def test_a_distribution_of_scipy_is_whole(saved):
    fit, path = saved["t"]
    again = st.load(path)
    assert str(again) == str(fit)
    new = {"x": [0.0, 1.0]}
    for options in ({}, {"kind": "observation", "interval": 0.9}):
        assert_array_equal(np.asarray(again.predict(new, **options)), np.asarray(fit.predict(new, **options)))
    with pytest.raises(st.IncompatibleError, match="all of its likelihood in the file"):
        st.load(path, likelihood=OF_SCIPY)


@pytest.mark.parametrize(("name", "likelihood"), [("G", MINE), ("odds", LABELS)])
def test_functions_are_given_back(saved, name, likelihood):
    fit, path = saved[name]
    bare, whole, new = st.load(path), st.load(path, likelihood=likelihood), {"x": [0.0, 1.0]}
    assert str(bare) == str(fit)
    with pytest.raises(st.IncompatibleError, match=rf"functions of {name} were not saved.*st.load\(path, likelihood="):
        bare.predict(new)
    assert_array_equal(np.asarray(whole.predict(new)), np.asarray(fit.predict(new)))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (3, "likelihood= is st.likelihood"),
        (OF_SCIPY, "likelihood= is st.likelihood"),
        (LABELS, "its name is G; got odds"),
        (st.likelihood("G", loglik, parameters={"m": "log", "s": "log"}, outcome="real"), "its parameters is"),
        (st.likelihood("G", loglik, parameters=MINE.by_name, outcome="positive"), "its outcome is real; got positive"),
    ],
)
def test_another_likelihood_is_refused(saved, given, said):
    with pytest.raises(st.StattoolsError, match=said):
        st.load(saved["G"][1], likelihood=given)


def test_a_distribution_of_ones_own_has_no_name():
    class Mine(stats.rv_continuous):
        def _pdf(self, x, *_):
            return np.exp(-0.5 * x * x) / np.sqrt(2.0 * np.pi)

    likelihood = st.likelihood(Mine(name="norm"), parameters={"loc": "identity", "scale": "log"})
    fit = st.fit(st.regression("y ~ x", T, likelihood))
    assert np.abs(fit.estimate[:2] - st.fit(st.ols("y ~ x", T)).estimate).max() < 1e-8
    with pytest.raises(st.IncompatibleError, match="norm is none of them"):
        fit.save("never")


@pytest.mark.parametrize("change", [{"name": "test"}, {"name": "rv_continuous"}, {"fixed": {}}])
def test_names_that_are_no_distributions_are_none(change):
    with pytest.raises((ValueError, st.IncompatibleError)):
        made(written(OF_SCIPY) | change)


def test_the_file_holds_no_code(saved):
    with zipfile.ZipFile(saved["G"][1]) as folder:
        text = folder.read("fit.json").decode()
    assert json.loads(text)
    assert "euler" not in text
