"""The log-likelihoods written again: their slopes by differences, and the package's own sums."""

import numpy as np
import pytest

import stattools as st
from stattools.validation.references.densities import KERNELS, again, named
from tests.cases import REGRESSIONS


@pytest.mark.parametrize("case", [case for case in REGRESSIONS if "weights" in case.beside], ids=str)
def test_derivatives_are_those_of_differences_and_of_the_model(case):
    model = case.model("y ~ x", case.table())
    if not isinstance(model, st.Model) or named(model) not in KERNELS or case.name.startswith("logistic trials"):
        pytest.skip("of several models, a stranger's, or of rows that are in no files")
    kind = named(model)
    theta = st.fit(model).estimate + 0.1
    rows = model.rows
    data = rows.X, rows.y, rows.weight, rows.offset, model.predictor
    found = again(kind, theta, *data)
    h = 1e-5 * np.eye(len(theta))
    ends = [again(kind, theta + sign * step, *data) for step in h for sign in (1, -1)]
    slope = np.array([(up.loglik - down.loglik) / 2e-5 for up, down in zip(ends[::2], ends[1::2], strict=True)])
    bend = np.array([(down.score - up.score) / 2e-5 for up, down in zip(ends[::2], ends[1::2], strict=True)])
    np.testing.assert_allclose(found.score, slope, rtol=1e-5, atol=1e-4)  # differences
    np.testing.assert_allclose(found.information, bend, rtol=1e-5, atol=1e-4)
    own = model.evaluate(theta)
    np.testing.assert_allclose(found.score, own.score, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(found.information, own.information, rtol=1e-8, atol=1e-9)  # differences of slopes
    constant = 0.5 * model.n * np.log(2 * np.pi) if kind == "ols" else 0.0
    assert found.loglik - constant == pytest.approx(own.loglik, rel=1e-12)
