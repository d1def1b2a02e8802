import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.inference.mixed.modes import wiggles
from stattools.inference.mixed.views import beside_curves
from tests.inference.smooths.curved import table


@pytest.fixture(scope="module")
def fit():
    return st.fit(st.poisson("counts ~ s(x, k=12) + (1 | h)", table()))


def test_predictions_have_the_curve_and_its_standard_errors(fit):
    """Of a typical group: the intercept and the curve; its band is nearly that of the curve, whose height is free."""
    at = [3.0, 6.0, 11.0]
    link = fit.predict({"x": at}, groups="typical", kind="link", interval=0.95)
    curve = fit.smooth("x", at=at).table()
    assert_allclose(link["link"], fit.estimate[0] + curve["curve"], rtol=1e-9)
    half = 0.5 * (link["upper"] - link["lower"]) / 1.959964
    assert (np.abs(half / curve["se"] - 1.0) < 0.3).all()


def test_counts_and_what_is_expected_of_them_have_one_sum(fit):
    assert fit.predict(groups="known").sum() == pytest.approx(table()["counts"].sum(), rel=1e-8)
    alone = st.fit(st.poisson("counts ~ s(x, k=12)", table()))
    assert alone.predict().sum() == pytest.approx(table()["counts"].sum(), rel=1e-8)
    assert_allclose(alone.residuals_of("response"), table()["counts"] - alone.predict(), atol=1e-9)


def test_columns_beside_and_an_offset_are_the_same_rows(fit):
    view = beside_curves(fit, fit._of_rows, fit.model.smooths)
    eta = view.model.eta(view.estimate)
    assert_allclose(eta - fit.model.fixed.eta(fit.estimate), wiggles(fit.found, fit.model.smooths), atol=1e-10)
    assert np.linalg.eigvalsh(view.covariance).min() > -1e-10


def test_each_category_has_a_curve_of_its_own():
    """The log odds of a row are a category's constant and its curve; probabilities are those of the page of softmax."""
    rows = table() | {"label": np.digitize(table()["y"], [-0.3, 0.8])}
    fit = st.fit(st.softmax("label ~ s(x, k=8)", rows))
    at = [3.0, 6.0, 11.0]
    link = fit.predict({"x": at}, kind="link", interval=0.95)
    curves = fit.smooth("x", at=at).table()
    assert curves["category"].tolist() == ["1"] * 3 + ["2"] * 3
    for a, label in enumerate(("1", "2")):
        own = link[link["category"].astype(str) == label]
        assert_allclose(own["link"], fit.estimate[2 * a] + curves["curve"][3 * a : 3 * a + 3], rtol=1e-8)
    assert_allclose(fit.predict().sum(axis=0), np.bincount(rows["label"]), rtol=1e-8)
    assert_allclose(np.asarray(fit.residuals).sum(axis=0), 0.0, atol=1e-8)
    assert fit.smooths()["smooth"].tolist() == ["1: s(x)", "2: s(x)"]
    assert fit.anova()["term"].tolist() == ["1: s(x)", "2: s(x)"]
    judged = fit._judged(fit.model)
    assert_allclose(judged.mean, fit.predict(), rtol=1e-10)


def test_one_against_the_rest_has_the_curves_of_logistic_regressions():
    rows = table() | {"label": np.digitize(table()["y"], [-0.3, 0.8])}
    fit = st.fit(st.one_vs_rest("label ~ s(x, k=8)", rows))
    alone = st.fit(st.logistic("first ~ s(x, k=8)", rows | {"first": rows["label"] == 0}))
    assert_allclose(fit.fits[0].estimate, alone.estimate, rtol=1e-9)
    assert_allclose(fit.separate_probabilities({"x": [3.0, 9.0]})["0"], alone.predict({"x": [3.0, 9.0]}), rtol=1e-10)
    assert_allclose(fit._judged(fit.model).mean, fit.predict(), rtol=1e-9)
    for asked in (fit.check, lambda: fit.save("fit")):
        with pytest.raises(st.IncompatibleError, match="ask each"):
            asked()
