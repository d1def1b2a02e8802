import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.errors import DomainError, IncompatibleError
from tests.inference.smooths.curved import fitted, table


def test_the_curve_and_its_slope_are_drawn_over_the_rows():
    fit = fitted()
    axes = fit.plot("smooth", "x", values=20).axes[0]
    assert axes.get_ylabel() == "s(x)"
    assert_allclose(axes.lines[1].get_ydata(), fit.smooth("x", at=20).table()["curve"])
    ticks = axes.collections[2].get_segments()
    assert_allclose(sorted(float(one[0][0]) for one in ticks), sorted(table()["x"]), rtol=1e-9)
    slope = fit.plot("smooth", kind="slope", values=20).axes[0]
    assert slope.get_ylabel() == "slope of s(x)"
    with pytest.raises(DomainError, match='kind="curve" and kind="slope"'):
        fit.plot("smooth", "x", kind="mean")


def test_levels_have_panels_and_a_fit_without_curves_none():
    figure = fitted("y ~ g + s(x, by=g, k=8) + (1 | h)").plot("smooth", "x", values=5)
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["s(x):g[a]", "s(x):g[b]"]
    with pytest.raises(IncompatibleError, match=r"write s\(x\) in the formula"):
        st.fit(st.ols("y ~ x", table())).plot("smooth", "x")
