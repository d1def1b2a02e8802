import numpy as np
import pytest

import stattools as st

generator = np.random.default_rng(1)
X = generator.normal(size=(120, 2))
RING = np.where((X**2).sum(axis=1) < 1.2, "in", "o|ut")


def text(tmp_path, y, **options):
    fit = st.fit(st.network(y, X, hidden=[4], activation="tanh", **options), penalty=st.Ridge(0.5), seed=3)
    return fit, st.report(fit, to=tmp_path / "report").read_text()


def test_a_classifier_reports_training_confusion_and_calibration(tmp_path):
    fit, page = text(tmp_path, RING)
    for heading in ("## Answer", "## Data", "## Likelihood", "## Fit", "## Appendix", "### Provenance"):
        assert heading in page
    table = fit.confusion()
    assert "| `in` " in page
    assert f"{table.to_numpy()[0, 0]}" in page
    assert "o\\|ut" in page or "o&#124;ut" in page
    assert "| seed " in page
    assert "3" in page.split("| seed")[1].splitlines()[0]
    assert (tmp_path / "report" / "training.svg").exists()
    assert (tmp_path / "report" / "calibration.svg").exists()
    assert f"{100 * fit.accuracy():.3g} %" in page


@pytest.mark.parametrize("likelihood", [None, st.Gaussian()])
def test_a_quantity_has_no_confusion(tmp_path, likelihood):
    fit, page = text(tmp_path, X[:, 0] ** 2, likelihood=likelihood)
    assert "confusion" not in page
    assert "y_i \\sim" in page
    assert f"{fit.loglik / fit.n:.3f}".replace("-", "") in page


def test_a_limit_of_steps_is_said_once(tmp_path):
    fit = st.fit(st.network(RING, X, hidden=[2]), solver=st.LBFGS(max_steps=3), seed=3)
    page = st.report(fit, to=tmp_path / "report").read_text()
    assert "it ended at the limit of 3 steps." in page
    assert "after 3 steps" not in page
