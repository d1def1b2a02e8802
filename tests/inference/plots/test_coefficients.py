import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.inference.plots.coefficients import chosen, slopes, spreads
from stattools.inference.plots.drawing import summary

g = np.random.default_rng(1)
table = {"x": g.normal(size=60), "g": np.array(list("abc"))[np.arange(60) % 3]}
table |= {"b": (table["x"] + g.normal(size=60) > 0).astype(int), "c": np.array(["u", "v", "w"] * 20)}
table |= {"k": g.negative_binomial(1, 0.3, size=60)}
fit = st.fit(st.logistic("b ~ x + C(g)", table))


def shown(figure):
    """Names, estimates and ends of the lines of a figure."""
    axes = figure.axes[0]
    bars = next(c for c in axes.collections if len(c.get_segments()) == len(axes.get_yticks()))
    ends = np.array([segment[:, 0] for segment in bars.get_segments()])
    points = next(line for line in axes.lines if line.get_marker() == "o")
    return [label.get_text() for label in axes.get_yticklabels()], np.asarray(points.get_xdata()), ends


def test_what_is_drawn_is_the_table():
    names, points, ends = shown(fit.plot("coefficients", level=0.9))
    rows = fit.table(0.9).iloc[1:]
    assert names == list(rows.term)
    assert_allclose(points, rows.estimate)
    assert_allclose(ends, rows[["lower", "upper"]])


def test_ratios_have_their_own_intervals_on_a_logarithmic_axis():
    made = fit.plot("coefficients", exponentiate=True, terms="C(g)", kind="profile")
    names, points, ends = shown(made)
    assert names == ["C(g)[T.b]", "C(g)[T.c]"]
    assert_allclose(points, np.exp(fit.estimate[2:]))
    assert_allclose(ends, np.exp(np.column_stack(tuple(fit.interval(kind="profile")))[2:]), rtol=1e-9)
    assert made.axes[0].get_xscale() == "log"
    assert made.axes[0].get_xlabel() == "odds ratio, logarithmic axis, 95 % profile interval"


def test_terms_choose_in_their_order_and_by_name():
    assert chosen(fit.model, ["C(g)", "Intercept"]) == [2, 3, 0]
    assert slopes(fit.model) == [1, 2, 3]
    negative = st.negative_binomial("k ~ x", table, dispersion="~ x")
    assert [negative.names[k] for k in slopes(negative)] == ["x", "log alpha: x"]
    softmax = st.softmax("c ~ x", table)
    assert [softmax.names[k] for k in slopes(softmax)] == ["v: x", "w: x"]
    assert slopes(st.coin([0, 1])) == []
    for wrong in ("z", ["x", 3], []):
        with pytest.raises(st.DomainError, match="terms="):
            fit.plot("coefficients", terms=wrong)


def test_options_that_mean_nothing_are_refused():
    with pytest.raises(st.IncompatibleError, match="take one of them"):
        fit.plot("coefficients", exponentiate=True, standardized=True)
    with pytest.raises(st.IncompatibleError, match="its exponential is no ratio"):
        st.fit(st.probit("b ~ x", table)).plot("coefficients", exponentiate=True)
    with pytest.raises(st.IncompatibleError, match="of the columns of a regression"):
        st.fit(st.coin([0, 1, 1])).plot("coefficients", standardized=True)
    with pytest.raises(st.IncompatibleError, match="has intervals of kind"):
        fit.plot("coefficients", kind="exact")
    with pytest.raises(st.DomainError, match="columns that vary"):
        fit.plot("coefficients", standardized=True, terms="Intercept")


def test_a_sample_is_drawn_with_the_better_interval():
    arms = st.fit(st.binomial([3, 5], [10, 12], by=["A", "B"]))
    names, points, ends = shown(arms.plot())
    assert names == ["A", "B"]
    assert_allclose(ends, np.column_stack(tuple(arms.interval(kind="wilson"))))
    assert_allclose(points, arms.estimate)


def test_the_dispersion_is_no_column():
    assert spreads(st.negative_binomial("k ~ x", table)).tolist()[-1] == 0.0
    softmax = st.softmax("c ~ x", table)
    np.testing.assert_allclose(spreads(softmax), [*summary(softmax).sd, *summary(softmax).sd])


def test_a_variance_at_zero_is_named_as_having_no_interval():
    level = st.fit(st.local_level([1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.2, -1.0]))
    assert level.boundary == ("sigma2.level",)
    names, _, _ = shown(level.plot("coefficients"))
    assert names == ["sigma2.irregular", "sigma2.level (no interval)"]
