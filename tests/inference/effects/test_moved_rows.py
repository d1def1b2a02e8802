"""Derivatives in a variable where it has none: steps, kinks and the ends of a spline."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.inference.effects.means import contrasts, marginal_effects
from tests.inference.effects.test_marginal_effects import STEPS, data


@pytest.mark.parametrize("formula", STEPS)
def test_a_step_has_no_derivative_and_is_refused_with_the_way(formula):
    frame = data().assign(z=np.where(data().x > 0.5, 0.4, 0.6))
    fit = st.fit(st.ols(f"y ~ w + {formula}", frame))
    for options in ({}, {"at": "mean"}, {"data": frame.head(30)}, {"variables": ["x"]}):
        with pytest.raises(st.IncompatibleError, match=r"jumps and is flat.*fit.contrasts\('x', values="):
            marginal_effects(fit, **options)
    assert_allclose(marginal_effects(fit, variables=["w"]).estimate, fit.estimate[1], rtol=1e-7)
    table = contrasts(fit, "x", values=[-0.7, 0.8])
    means = [fit.predict(frame.assign(x=value)).mean() for value in (-0.7, 0.8)]
    assert table.contrast.tolist() == ["0.8 - -0.7"]
    assert_allclose(table.estimate, means[1] - means[0], rtol=1e-9)


@pytest.mark.parametrize("formula", ["abs(w - 2)", "I((w - 1) ** 0.5)", "sqrt(w - 1)", "bs(w, degree=1, knots=[2])"])
def test_rows_at_a_kink_are_named(formula):
    frame = data()
    fit = st.fit(st.ols(f"y ~ x + {formula}", frame))
    at = int((frame.w == (1 if "- 1" in formula else 2)).sum())
    with pytest.raises(st.DomainError, match=rf"no derivative in 'w' in {at} of 400 rows: .*breaks where"):
        marginal_effects(fit)
    smooth = frame.assign(w=frame.w + 0.25)[frame.w < 3]
    h = 1e-6
    slow = np.subtract(*(fit.predict(smooth.assign(w=smooth.w + s)) for s in (h, -h))) / (2 * h)
    ours = marginal_effects(fit, data=smooth, variables=["w"])
    assert_allclose(ours.estimate, slow.mean(), rtol=1e-6)  # differences of predictions


def test_the_derivative_of_a_spline_that_is_cut_off_ends_within():
    """At its ends the central difference would be half of the slope."""
    frame = pd.DataFrame({"x": [0.0, 0.5, 1.0] * 4, "y": [0.0, 1.0, 3.0, 0.1, 1.2, 2.9, -0.2, 1.1, 3.1, 0.0, 0.9, 3.0]})
    cut = marginal_effects(st.fit(st.ols("y ~ bs(x, degree=2, df=2, extrapolation='clip')", frame)))
    plain = marginal_effects(st.fit(st.ols("y ~ x + I(x**2)", frame)))
    assert_allclose(cut.estimate, plain.estimate, rtol=1e-5)  # one-sided steps at the ends


def test_a_table_that_does_not_give_its_columns_again_says_why(monkeypatch):
    """A lack of memory is no change of the table."""
    frame = data()
    fit = st.fit(st.ols("y ~ x + g", frame))

    def too_large(*given):
        raise st.DomainError("C(g) would take 8 TB of memory, and 2 GB is free. Group its levels.")

    with monkeypatch.context() as patch:
        patch.setattr(type(fit.model.design), "encode", too_large)
        with pytest.raises(st.IncompatibleError, match=r"columns again: C\(g\) would take 8 TB.* Or give data="):
            marginal_effects(fit)
    fit.model.source.loc[7, "g"] = "nobody"
    with pytest.raises(st.IncompatibleError, match=r"columns again: .*nobody.* Or give data="):
        marginal_effects(fit)


@pytest.mark.parametrize("where", ["rows", "posterior", "groups"])
def test_new_rows_that_are_weighed_by_a_column_are_told(where):
    """New rows count as those of the fit did, where they have the column of its weights, and the answer says so."""
    g = np.random.default_rng(3)
    table = pd.DataFrame(
        {"x": g.normal(size=60), "g": list("abc") * 20, "h": np.arange(60) // 6, "w": 1 + np.arange(60) % 3}
    )
    table["y"] = g.poisson(np.exp(0.3 * table.x + 0.2 * (table.g == "b")))
    formula = "y ~ x + g" + (" + (1 | h)" if where == "groups" else "")
    fit = st.fit(st.poisson(formula, table, weights=None if where == "groups" else "w"))
    if where == "groups":
        asked = fit
    else:
        asked = fit if where == "rows" else st.posterior(fit.model, method="laplace", draws=50, chains=1, seed=1)
    new = table.head(7)
    again = new.loc[new.index.repeat(new.w)].drop(columns="w")
    for ask in (
        lambda data: asked.marginal_effects(data=data),
        lambda data: asked.marginal_effects(data=data, at="mean"),
        lambda data: asked.means("g", data=data),
        lambda data: asked.contrasts("g", data=data),
    ):
        weighed, repeated = ask(new), ask(again)
        said = "Rows of data= count as often as their column 'w' says, as the fit's rows did."
        assert (said in weighed.attrs.get("note", "")) == (where != "groups")
        assert said not in repeated.attrs.get("note", "")
        if where != "groups":
            numbers = weighed.select_dtypes("number")
            assert_allclose(numbers, repeated[numbers.columns], rtol=1e-9)
        assert said not in ask(None).attrs.get("note", "")
