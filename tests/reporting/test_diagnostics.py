import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as s

import stattools as st
from stattools.inference.diagnostics.goodness import grouped
from stattools.inference.plots.drawing import summary
from stattools.reporting import diagnostics
from stattools.reporting.accounts import account

rng = np.random.default_rng(1)
table = {"x": rng.normal(size=60), "z": rng.normal(size=60), "k": rng.poisson(2.0, size=60)}
table |= {"y": rng.normal(size=60), "b": rng.integers(0, 2, size=60), "c": np.array(["u", "v", "w"] * 20)}
table |= {"m": rng.poisson(2.0, size=60), "v": rng.uniform(0.5, 2.0, size=60), "w": np.arange(60) % 3}
table |= {"o": rng.negative_binomial(1, 0.3, size=60)}


@pytest.mark.parametrize(
    "model, names",
    [
        (st.ols("y ~ x", table), ["residuals"]),
        (st.ols("y ~ x + z", table), ["residuals", "coefficients"]),
        (st.logistic("b ~ x + z", table), ["calibration", "coefficients"]),
        (st.probit("b ~ x + z", table), ["calibration", "coefficients"]),
        (st.logistic("k + m ~ x", table), ["calibration"]),
        (st.ols("y ~ x", table, precision="v"), ["residuals"]),
        (st.poisson("k ~ x + z", table), ["frequencies", "means", "coefficients"]),
        (st.negative_binomial("o ~ x", table), ["frequencies", "means"]),
        (st.softmax("c ~ x", table), ["coefficients"]),
        (st.coin([0, 1, 1]), ["likelihood"]),
        (st.binomial(3, 3), ["likelihood"]),
    ],
    ids=lambda value: getattr(value, "title", None),
)
def test_each_kind_of_model_has_its_figures_and_each_can_be_drawn(model, names):
    drawn = account(model).diagnostics(st.fit(model))
    assert [figure.name for figure in drawn] == names
    for figure in drawn:
        assert figure.alt
        assert figure.draw().axes


@given(s.integers(1, 60), s.booleans())
def test_groups_hold_every_row_once_and_keep_the_means(n, weighted):
    random = np.random.default_rng(n)
    fitted, y = random.integers(0, 9, size=n) / 8.0, random.random(n)
    weight = random.integers(0, 3, size=n).astype(float) + (np.arange(n) == 0) if weighted else None
    predicted, observed, size = grouped(fitted, y, weight)
    w = np.ones(n) if weight is None else weight
    np.testing.assert_allclose(size.sum(), w.sum())
    np.testing.assert_allclose(predicted @ size, w @ fitted)
    np.testing.assert_allclose(observed @ size, w @ y)
    assert len(size) <= 10
    assert (np.diff(predicted) > 0).all()


def test_weights_are_repeated_rows():
    weight = np.arange(60) % 3
    light = st.logistic("b ~ x + z", {**table, "w": weight}, weights="w")
    long = st.logistic("b ~ x + z", {name: np.repeat(values, weight) for name, values in table.items()})
    np.testing.assert_allclose(summary(light).sd, summary(long).sd)
    a = grouped(st.fit(light).predict(align=False), light.rows.y, light.rows.weight)
    b = grouped(st.fit(long).predict(align=False), long.rows.y, None)
    np.testing.assert_allclose(a, b)


def test_a_constant_has_no_spread():
    assert summary(st.ols("y ~ x", table)).sd[0] == 0.0


def test_of_very_many_coefficients_the_strongest_are_drawn(monkeypatch):
    rng = np.random.default_rng(0)
    model = st.ols(rng.normal(size=40), rng.normal(size=(40, 6)))
    fit = st.fit(model)
    assert "Shown" not in diagnostics.coefficients(fit).caption
    monkeypatch.setattr(diagnostics, "READ", 5)
    monkeypatch.setattr(diagnostics, "STRONGEST", 2)
    found = diagnostics.coefficients(fit)
    assert found.caption.endswith("Shown are the 2 of 6 that are farthest from zero.")
    strength = np.abs(fit.estimate) * np.append(0.0, model.rows.X[:, 1:].std(axis=0))
    names = {fit.names[k] for k in np.argsort(-strength)[:2]}
    (axes,) = found.draw().axes
    assert {label.get_text() for label in axes.get_yticklabels()} == names
