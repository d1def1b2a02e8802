"""Where a likelihood of one's own has no maximum: never a converged fit at infinity."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import stattools as st

NORMAL = st.likelihood(stats.norm, parameters={"loc": "identity", "scale": "log"})
YES = st.likelihood(stats.bernoulli, parameters={"p": "logit"})
WIDE = st.likelihood(stats.t, parameters={"loc": "identity", "scale": "log", "df": "log"})
COUNTS = st.likelihood(stats.nbinom, parameters={"n": "log", "p": "logit"})
G = np.random.default_rng(4)


@pytest.mark.parametrize(
    ("table", "likelihood"),
    [
        ({"x": np.arange(9.0), "y": 2.0 * np.arange(9.0) + 1.0}, NORMAL),
        ({"x": np.arange(10.0), "y": np.repeat([0, 1], 5)}, YES),
        ({"x": np.repeat([0.0, 1.0], 6), "y": np.array([0, 1, 0, 1, 0, 1, 1, 1, 1, 1, 1, 1])}, YES),
        ({"x": G.normal(size=60), "y": G.uniform(-1.0, 1.0, 60)}, WIDE),
        ({"x": G.normal(size=60), "y": G.integers(2, 5, 60)}, COUNTS),
    ],
    ids=["exact", "separated", "nearly separated", "no heavy tails", "no overdispersion"],
)
def test_no_fit_at_infinity(table, likelihood):
    with pytest.raises(st.IdentificationError, match="no maximum that was found"):
        st.fit(st.regression("y ~ x", table, likelihood))


def test_columns_that_say_the_same_are_named_first():
    table = {"x": G.normal(size=30), "y": G.normal(size=30)}
    with pytest.raises(st.IdentificationError, match=r"I\(2 \* x\) = 2 x"):
        st.fit(st.regression("y ~ x + I(2 * x)", table, NORMAL))


RUN_OFF = {
    "dispersion": lambda frame: st.negative_binomial("k ~ x", frame, dispersion="~ own"),
    "scale of labels": lambda frame: st.ordinal("label ~ x", frame, scale="~ own"),
    "scale of times": lambda frame: st.aft("survival(time, seen) ~ x", frame, scale="~ own"),
    "zeros": lambda frame: st.zero_inflated("k ~ x", frame, zero="~ own"),
}


@pytest.mark.parametrize("name", RUN_OFF)
def test_what_few_rows_alone_would_tell_of_another_parameter_is_refused_or_known(name):
    """Rows without a count, of the lowest label, and of times not seen have a column of their own."""
    refused = 0
    for seed in range(6):
        own = np.random.default_rng(seed)
        frame = pd.DataFrame({"x": own.normal(size=60), "own": np.zeros(60), "label": own.integers(0, 4, 60)})
        frame["k"], frame["time"] = own.poisson(2.0 * own.gamma(1.0, 1.0, 60)), own.weibull(1.5, 60)
        frame["seen"] = (own.random(60) < 0.7).astype(int)
        frame.loc[:1, "own"] = 1.0 if seed % 2 else own.normal(size=2)
        frame.loc[:1, ["k", "label", "seen"]] = 0
        try:
            assert st.fit(RUN_OFF[name](frame)).se.max() < 1000.0
        except st.IdentificationError:
            refused += 1
    assert refused > 1


@pytest.mark.parametrize(
    "family", ["laplace", "gennorm", "quantile"], ids=["a double exponential", "a shape", "of one's own"]
)
def test_a_kink_is_no_maximum_with_a_standard_error(family):
    """At the fit of least absolute deviations a standard error of 0.018 was printed, where the slope's is 0.12."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=60)
    table = {"x": x, "y": 1.0 + x + rng.laplace(size=60)}
    links = {"loc": "identity", "scale": "log"}
    own = {
        "laplace": lambda: st.likelihood(stats.laplace, parameters=links),
        "gennorm": lambda: st.likelihood(stats.gennorm, parameters={**links, "beta": "log"}),
        "quantile": lambda: st.likelihood(
            "Asymmetric Laplace",
            lambda y, loc, scale: np.log(0.21 / scale) - np.where(y < loc, -0.7, 0.3) * (y - loc) / scale,
            parameters=links,
            outcome="real",
        ),
    }[family]()
    with pytest.raises(st.IdentificationError, match="a kink"):
        st.fit(st.regression("y ~ x", table, own))


@pytest.mark.parametrize("groups", [4, 8, 20])
def test_a_scale_of_which_the_rows_tell_nothing_is_no_maximum(groups):
    """Of Cauchy errors with two rows a group the likelihood is flat in the scale: se of 70 to 2,000 were printed."""
    rng = np.random.default_rng(3)
    g = np.repeat(np.arange(groups), 2)
    cauchy = st.likelihood(stats.cauchy, parameters={"loc": "identity", "scale": "log"})
    model = st.regression("y ~ C(g)", {"y": 0.1 * g + rng.standard_cauchy(2 * groups), "g": g}, cauchy)
    with pytest.raises(st.IdentificationError, match="levels off or still rises as 'log scale' runs off"):
        st.fit(model)
