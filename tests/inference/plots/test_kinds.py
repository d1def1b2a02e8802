"""Every regression draws every figure, or refuses it by name with those that it has."""

import re

import numpy as np
import pytest
from matplotlib.figure import Figure

import stattools as st
from stattools.inference.plots.drawing import drawn
from stattools.inference.plots.kinds import PLOTS
from tests.cases import REGRESSIONS

QUICK = ("ols precision", "logistic trials weights offset", "softmax weights", "poisson", "beta_binomial trials")
OF_SERIES = ("level", "forecast", "states", "innovations")


def marked():
    found = []
    for case in REGRESSIONS:
        if case.name in QUICK:
            found.append(case)
        elif not case.name.startswith("one_vs_rest"):
            mark = pytest.mark.nightly if case.slow or case.beside else pytest.mark.slow
            found.append(pytest.param(case, marks=mark))
    return found


def whole(figure):
    """No line of the figure has a hole, and all words are words."""
    for axes in figure.axes:
        for line in axes.lines:
            values = np.asarray(line.get_ydata(), dtype=float)
            assert np.isfinite(values).all() or np.isnan(values).any(), line.get_label()
        assert axes.get_xlabel() or axes.get_subplotspec().is_last_row() is False or figure.get_supxlabel()
        assert "nan" not in " ".join(text.get_text() for text in axes.texts)


@pytest.mark.parametrize("case", marked(), ids=str)
def test_every_regression_draws_or_refuses(case):
    fit = st.fit(case.model("y ~ x + g", case.table()))
    has = drawn(fit, PLOTS)
    assert {"coefficients", "effect", "calibration", "profile"} <= set(has)
    assert not set(has) & set(OF_SERIES)
    asked = {"effect": "x", "profile": next(name for name in fit.names if name.endswith("x"))}
    for name in PLOTS:
        if name not in has:
            said = re.escape(f"plot({name!r}): ") + '.* has the figures "coefficients", "effect"'
            with pytest.raises(st.IncompatibleError, match=said):
                fit.plot(name)  # type: ignore[arg-type]
            continue
        try:
            figure = fit.plot(name, asked.get(name))  # type: ignore[arg-type]
        except st.IncompatibleError as error:
            if "Cook's distances" in str(error):
                continue
            raise
        assert isinstance(figure, Figure)
        whole(figure)


def test_a_fit_of_counts_has_frequencies_and_one_of_categories_no_residuals():
    table = {"k": [0, 1, 3, 2, 0, 5, 2, 1], "c": list("abcbacab"), "x": [0.1, 0.4, 1.0, 0.3, 0.2, 0.15, 0.9, 0.5]}
    assert "frequencies" in drawn(st.fit(st.poisson("k ~ x", table)), PLOTS)
    category = drawn(st.fit(st.softmax("c ~ x", table)), PLOTS)
    assert not {"frequencies", "residuals", "influence"} & set(category)
    ridge = st.fit(st.poisson("k ~ x", table), penalty=st.Ridge(1.0))
    assert "profile" not in drawn(ridge, PLOTS)
    assert len(ridge.plot("coefficients").axes[0].lines) >= 1


def test_of_an_intercept_alone_no_effect_is_drawn():
    fit = st.fit(st.ols("y ~ 1", {"y": [1.0, 2.0, 4.0]}))
    assert "effect" not in drawn(fit, PLOTS)
    with pytest.raises(st.DomainError, match="no variable to move"):
        fit.plot("effect", "x")
    assert fit.plot("coefficients").axes[0].get_yticklabels()[0].get_text() == "Intercept"
