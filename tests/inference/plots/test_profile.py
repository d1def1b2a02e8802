import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.inference.plots.coefficients import likelihood_curve, profile

x = np.array([1.0, 2, 3, 4, 5, 6, 7, 8])
y = [0, 0, 1, 0, 1, 1, 0, 1]


def curves(figure):
    axes = figure.axes[0]
    own, quadratic = (line for line in axes.lines if len(line.get_xdata()) > 20)
    return axes, own, quadratic


@pytest.mark.parametrize(
    ("fit", "name"),
    [
        (st.fit(st.logistic(y, x)), "x1"),
        (st.fit(st.ols([1.0, 3, 2, 5, 4, 7, 6, 9], x)), "x1"),
        (st.fit(st.ols([1.0, 3, 2, 5, 4, 7, 6, 9], x), cov="HC3"), "x1"),
        (st.fit(st.logistic(y, x), penalty=st.Jeffreys()), "x1"),
        (st.fit(st.custom(lambda p: -((p[0] - 1) ** 2) - np.cosh(p[1] - p[0]), start={"a": 0.0, "b": 0.0}, n=10)), "b"),
        (st.fit(st.local_level(np.cumsum(np.sin(np.arange(40.0) ** 2)) + np.cos(np.arange(40.0) * 7))), "sigma2.level"),
    ],
    ids=["logistic", "ols", "robust", "firth", "custom", "series"],
)
def test_the_profile_crosses_the_cut_at_the_ends_of_its_interval(fit, name):
    axes, own, quadratic = curves(fit.plot("profile", name, level=0.9))
    j = fit.names.index(name)
    dashed = [line for line in axes.lines if line.get_linestyle() == "--" and len(line.get_xdata()) == 2]
    cut = dashed[0].get_ydata()[0]
    for line, kind in ((own, "profile"), (quadratic, "wald")):
        at, height = np.asarray(line.get_xdata()), np.asarray(line.get_ydata())
        there = np.isfinite(height)
        for end in [float(part[j]) for part in tuple(fit.interval(0.9, kind=kind))]:
            assert_allclose(np.interp(end, at[there], height[there]), cut, rtol=0.02)  # between the points of a curve
    top = np.nanmax(own.get_ydata())
    assert -1e-3 < top <= 1e-9
    assert_allclose(np.asarray(own.get_xdata())[np.nanargmax(own.get_ydata())], fit.estimate[j], rtol=0.05)


def test_a_profile_that_levels_off_is_drawn_as_far_as_that_is_seen():
    fit = st.fit(st.logistic([0, 0, 0, 0, 1, 1, 1], [1.0, 2, 3, 4, 4, 5, 6], intercept=True), penalty=st.Jeffreys())
    assert np.isfinite(curves(fit.plot("profile", "x1"))[1].get_xdata()).all()


def test_one_parameter_has_its_likelihood_and_all_its_intervals():
    for model in (st.coin([1, 0, 1, 1]), st.poisson_rate([3, 4, 2]), st.geometric([1, 2, 0, 3])):
        fit = st.fit(model)
        top, below = fit.plot("profile").axes
        assert_allclose(np.max(top.lines[0].get_ydata()), 1.0, rtol=1e-3)
        assert len(below.get_yticks()) == len(set(fit.kinds) - {"score"})
    assert "0.75" in likelihood_curve(st.fit(st.coin([1, 0, 1, 1]))).alt


def test_what_has_no_profile_says_why():
    fit = st.fit(st.logistic(y, np.column_stack([x, x**2])))
    with pytest.raises(st.DomainError, match="is of one of 'Intercept', 'x1', 'x2': name it"):
        profile(fit)
    with pytest.raises(st.DomainError, match="got 'z'"):
        fit.plot("profile", "z")
    with pytest.raises(st.IncompatibleError, match="for each arm"):
        st.fit(st.binomial([3, 5], [10, 12], by=["A", "B"])).plot("profile", "A")
    with pytest.raises(st.IncompatibleError, match="Ridge"):
        st.fit(fit.model, penalty=st.Ridge(1.0)).plot("profile", "x1")
