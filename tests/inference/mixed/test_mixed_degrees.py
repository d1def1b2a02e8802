"""Degrees of freedom of a fit: in its table, its tests, by name, and at the boundary."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.errors import DomainError, IdentificationError, IncompatibleError
from stattools.inference.mixed.degrees import DEGREES_KINDS as KINDS
from stattools.inference.mixed.page import SOURCES
from stattools.solvers.mixed.fixed_effects import variance_differences
from tests.latent.curve_cases import TABLE


def split_plot():
    """Two treatments of 6 plots, four subplots in each; plots differ by more than chance."""
    rng = np.random.default_rng(3)
    plot, sub = np.repeat(np.arange(6), 4), np.tile(np.arange(4), 6)
    y = 10 + 2 * (plot >= 3) + sub + 2 * rng.normal(size=6)[plot] + rng.normal(size=24)
    return {"y": np.round(y, 1), "a": np.where(plot >= 3, "new", "old"), "b": [f"b{k}" for k in sub], "plot": plot}


@pytest.fixture(scope="module")
def model():
    return st.linear_mixed("y ~ a + b + (1 | plot)", split_plot())


@pytest.mark.parametrize("kind", ["satterthwaite", "kenward-roger"])
def test_a_split_plot_is_tested_as_by_its_analysis_of_variance(model, kind):
    """F of subplots from exact mean squares, 3 and 15 degrees of freedom; of plots 1 and 4."""
    fit = st.fit(model, df=kind)
    table = split_plot()
    y, plot, b = table["y"], table["plot"], np.tile(np.arange(4), 6)
    cells, of_plots, of_b = y - y.mean(), y.reshape(6, 4).mean(axis=1), y.reshape(6, 4).mean(axis=0)
    left = np.sum((cells - of_plots[plot] - of_b[b] + 2 * y.mean()) ** 2) / 15
    by_b = 6 * np.sum((of_b - y.mean()) ** 2) / 3
    found = fit.test(["b[T.b1]", "b[T.b2]", "b[T.b3]"])
    assert (found.df, found.df_residual) == (3, pytest.approx(15, rel=1e-7))
    assert found.statistic == pytest.approx(by_b / left, rel=1e-7)
    assert fit.table()["df"].to_numpy()[1:] == pytest.approx([4, 15, 15, 15], rel=1e-7)
    assert fit.test(["a[T.old]"]).df_residual == pytest.approx(4, rel=1e-7)


def test_normal_tests_have_no_degrees_of_freedom(model):
    fit = st.fit(model, df="normal")
    assert fit.degrees is None
    assert np.isinf(fit.t_df)
    assert "df" not in fit.table()


def test_on_the_boundary_they_are_those_of_least_squares_and_that_is_said():
    table = {"y": [1.0, 2, 3, 4, 2, 3, 4, 1, 4, 3, 1, 2], "x": np.arange(12.0) % 5, "g": np.repeat(list("abc"), 4)}
    fit, plain = st.fit(st.linear_mixed("y ~ x + (1 | g)", table)), st.fit(st.ols("y ~ x", table))
    assert fit.degrees is not None
    assert fit.degrees.without == ("(1 | g)",)
    np.testing.assert_allclose(fit.table()["p_value"], plain.table()["p_value"], rtol=1e-9)
    assert "A variance of (1 | g) is 0: the degrees of freedom are those of the model without it." in " ".join(
        str(fit).split()
    )


def test_names_that_are_not_there_are_refused(model):
    with pytest.raises(DomainError, match="'satterthwaite', 'kenward-roger', 'residual', 'normal'"):
        st.fit(model, df="exact")  # type: ignore[call-overload]
    with pytest.raises(IncompatibleError, match="of models with curves"):
        st.fit(model, df="residual")
    with pytest.raises(IncompatibleError, match="reml=True"):
        st.fit(model, reml=False, df="kenward-roger")
    with pytest.raises(IncompatibleError, match=r"st\.linear_mixed"):
        st.fit(st.ols([1.0, 2, 4], [[1.0], [2.0], [3.0]]), df="normal")  # type: ignore[call-overload]


def test_each_kind_is_said_on_the_page():
    assert set(KINDS) == {*SOURCES, "normal"}


def test_kenward_and_roger_adjust_the_covariance():
    """Of unbalanced data: the adjusted standard errors are larger, and the page says whose they are."""
    table = {name: np.asarray(values)[np.arange(24) % 7 != 3] for name, values in split_plot().items()}
    model = st.linear_mixed("y ~ a + (1 | plot)", table)
    plain, fit = st.fit(model), st.fit(model, df="kenward-roger")
    assert (fit.se > plain.se).all()
    assert "Kenward and Roger" in str(fit)


def test_a_model_with_curves_has_the_rows_less_its_effective_degrees():
    """The trace of 1 less what makes the fitted values of y, s2 P."""
    curves = st.glm("y ~ z + s(x, k=10) + (1 | h)", TABLE, family="normal")
    fit = st.fit(curves)
    V = fit.found.s2 * np.eye(90)
    for term, cov in zip(fit.model.varying, fit.found.covariances, strict=True):
        V += term.shared(cov)
    X, inverse = fit.model.X, np.linalg.inv(V)
    P = inverse - inverse @ X @ np.linalg.solve(X.T @ inverse @ X, X.T @ inverse)
    assert_allclose(fit.t_df, fit.found.s2 * np.trace(P), rtol=1e-9)
    assert fit.degrees is not None
    assert fit.degrees.df(np.eye(3)).tolist() == [fit.t_df] * 3
    assert_allclose(fit.degrees.several(np.eye(3), 6.0), (2.0, fit.t_df))
    with pytest.raises(IncompatibleError, match="of groups alone"):
        st.fit(curves, df="satterthwaite")
    assert st.fit(curves, df="normal").t_df == np.inf


def test_a_flat_likelihood_has_normal_tests_and_says_so(model, monkeypatch):
    """By default a page is printed all the same; degrees of freedom asked for by name are refused."""
    fit = st.fit(model)
    curved = variance_differences(fit.found.profile)
    flat = replace(curved, hessian=np.ones((2, 2)))
    vars(fit.degrees)["curvatures"] = flat
    page = " ".join(str(fit).split())
    assert "Satterthwaite's degrees of freedom are not known: tests and intervals are normal" in page
    assert " z p lower upper" in page
    normal = st.fit(model, df="normal")
    np.testing.assert_allclose(fit.table()["p_value"], normal.table()["p_value"], rtol=1e-12)
    np.testing.assert_allclose(fit.interval(0.9), normal.interval(0.9), rtol=1e-12)
    rows = {"a": ["new"], "b": ["b1"], "plot": [3]}
    np.testing.assert_allclose(fit.predict(rows, interval=0.9), normal.predict(rows, interval=0.9), rtol=1e-12)
    test, other = fit.test(["b[T.b1]", "b[T.b2]"]), normal.test(["b[T.b1]", "b[T.b2]"])
    assert "∞" in str(test)
    assert test.p_value == pytest.approx(other.p_value, rel=1e-12)
    monkeypatch.setattr("stattools.inference.mixed.degrees.variance_directions", lambda *_: flat)
    with pytest.raises(IdentificationError, match='df="normal"'):
        st.fit(model, df="satterthwaite")


@pytest.mark.parametrize("kind", ["satterthwaite", "kenward-roger"])
@pytest.mark.parametrize("unit", [1e-118, 1e118])
def test_degrees_of_freedom_do_not_depend_on_units(kind, unit):
    rng = np.random.default_rng(0)
    x, y, g = rng.normal(size=40), rng.normal(size=40), np.arange(40) % 8
    usual, other = (
        st.fit(st.linear_mixed("y ~ x + (1 | g)", {"x": s * x, "y": y, "g": g}), df=kind) for s in (1, unit)
    )
    assert_allclose(other.t_df, usual.t_df, rtol=1e-6)
    assert_allclose(other.test(["x", "Intercept"]).df_residual, usual.test(["x", "Intercept"]).df_residual, rtol=1e-6)
