"""What a posterior draws is what it answers."""

import numpy as np
import pytest
from matplotlib.figure import Figure
from numpy.testing import assert_allclose

import stattools as st
from stattools.bayes.sampling.drawn import ends
from stattools.bayes.sampling.plots import PLOTS
from stattools.inference.plots.drawing import drawn
from tests.sizes import first

g = np.random.default_rng(1)
table = {"x": g.normal(size=60), "g": np.array(list("abc"))[np.arange(60) % 3]}
table |= {"b": (table["x"] + g.normal(size=60) > 0).astype(int), "k": g.poisson(np.exp(0.4 * table["x"]))}
table |= {"s": g.binomial(5, 0.4, 60), "c": np.array(list("uvw"))[g.integers(0, 3, 60)], "y": g.normal(size=60)}
table["f"] = 6 - table["s"]


@pytest.fixture(scope="module")
def logistic():
    return st.posterior(st.logistic("b ~ x + g", table), method="importance", draws=200, seed=1)


def shown(figure):
    axes = figure.axes[0]
    bars = next(c for c in axes.collections if len(c.get_segments()) == len(axes.get_yticks()))
    points = next(line for line in axes.lines if line.get_marker() == "o")
    return (
        [label.get_text() for label in axes.get_yticklabels()],
        np.asarray(points.get_xdata()),
        np.array([segment[:, 0] for segment in bars.get_segments()]),
    )


def test_coefficients_are_the_table_and_ratios_medians_with_intervals_of_their_own(logistic):
    names, points, found = shown(logistic.plot(prob=0.8, kind="eti"))
    rows = logistic.table(0.8, kind="eti").iloc[1:]
    assert names == list(rows.term)
    assert_allclose(points, rows["mean"])
    assert_allclose(found, rows[["lower", "upper"]])
    names, points, found = shown(logistic.plot("coefficients", terms="x", exponentiate=True))
    draws = np.exp(logistic.flat[:, [1]])
    assert_allclose(points, np.median(draws, axis=0))
    assert_allclose(found, np.column_stack(ends(draws, 0.94, "hdi")))


def test_densities_have_the_prior_of_each_parameter(logistic):
    made = logistic.plot("density", terms=["x", "g"])
    assert [axes.get_xlabel() for axes in made.axes] == ["x", "g[T.b]", "g[T.c]"]
    line = next(line for line in made.axes[0].lines if len(line.get_xdata()) == 201)
    place = logistic.names.index("x")
    assert_allclose(line.get_ydata(), logistic.priors.each[place].density(np.asarray(line.get_xdata())))
    intercept = logistic.plot("density", terms="Intercept").axes[0]  # its prior is about several parameters
    assert not [line for line in intercept.lines if len(line.get_xdata()) == 201]


def test_an_effect_is_the_frame_of_means(logistic):
    axes = logistic.plot("effect", "g", prob=0.9).axes[0]
    frame = logistic.means("g", prob=0.9)
    assert_allclose(axes.lines[0].get_ydata(), frame["mean"])
    assert "800 draws" in axes.get_ylabel()
    x = logistic.plot("effect", "x", values=[0.0, 1.0, 2.0]).axes[0]
    assert_allclose(x.lines[0].get_ydata(), logistic.means("x", values=[0.0, 1.0, 2.0])["mean"])


@pytest.mark.parametrize("formula", first(1, ["k ~ x", "b ~ x", "s + f ~ x", "c ~ x", "y ~ x"]))
def test_predictive_bars_are_what_was_seen(formula):
    make = {"b": st.logistic, "k": st.poisson, "s": st.logistic, "c": st.softmax, "y": st.ols}[formula[0]]
    posterior = st.posterior(make(formula, table), method="importance", draws=200, seed=1)
    axes = posterior.plot("predictive", seed=2).axes[0]
    heights = [bar.get_height() for bar in axes.patches]
    assert sum(heights) == 60
    if formula[0] == "k":
        assert heights[:3] == np.bincount(table["k"])[:3].tolist()
    inside = [
        low <= height <= high
        for height, (low, high) in zip(heights, (s[:, 1] for s in axes.collections[0].get_segments()), strict=True)
    ]
    assert np.mean(inside) > 0.7  # the models that made the data
    again = posterior.plot("predictive", seed=2).axes[0].collections[0].get_segments()
    assert_allclose(again, axes.collections[0].get_segments())


def test_only_chains_have_traces(logistic):
    with pytest.raises(st.IncompatibleError, match="independent ones"):
        logistic.plot("trace")
    assert drawn(logistic, PLOTS) == ["coefficients", "density", "effect", "predictive"]


@pytest.mark.slow
def test_the_trace_of_chains_is_their_draws():
    posterior = st.posterior(st.logistic("b ~ x", table), method="nuts", draws=60, tune=60, chains=2, seed=1)
    made = posterior.plot("trace", terms="x")
    assert_allclose(made.axes[0].lines[1].get_ydata(), posterior["x"][1])


def test_what_is_not_there_is_refused(logistic):
    for options, said in (
        ({"what": "residuals"}, "has the figures"),
        ({"what": "coefficients", "exponentiate": True, "standardized": True}, "take one of them"),
        ({"what": "coefficients", "seed": 1}, r'has no seed=.*plot\("predictive"\) has it'),
    ):
        with pytest.raises(st.IncompatibleError, match=said):
            logistic.plot(**options)
    for options, said in (({"terms": "z"}, "terms= has 'z'"), ({"prob": 1.5}, "prob"), ({"kind": "wald"}, "kind=")):
        with pytest.raises(st.DomainError, match=said):
            logistic.plot("coefficients", **options)
    counts = st.posterior(st.negative_binomial("k ~ x", table), method="importance", draws=200, seed=1)
    with pytest.raises(st.IncompatibleError, match="'alpha' is none"):
        counts.plot("coefficients", terms=["x", "alpha"], exponentiate=True)
    coin = st.posterior(st.coin([0, 1, 1]), prior=st.Uniform(0, 1), method="importance", draws=200, seed=1)
    assert isinstance(coin.plot(), Figure)
    with pytest.raises(st.IncompatibleError, match="belongs to regressions"):
        coin.plot("effect", "x")
