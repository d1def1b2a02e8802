"""The numbers of the laws of influence are those of each step of Newton without a row, solved by itself."""

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.qualification.exam.examination import ADAPTERS, code
from stattools.qualification.exam.harness import answer
from stattools.qualification.exam.laws import INFLUENCE, LEFT_OUT, OF_ROWS

OURS = ADAPTERS["stattools"]
STATSMODELS = ADAPTERS["statsmodels"]

MODELS = dict(zip(INFLUENCE, (st.ols, st.logistic, st.poisson), strict=True))


@pytest.mark.parametrize("law", LEFT_OUT, ids=lambda law: law.name)
def test_the_digits_are_those_of_the_steps(law):
    space: dict[str, Any] = {"np": np}
    exec(law.change, space)
    fit = st.fit(MODELS[law.models[0]](space["y"], space["X"]))
    A, mean = np.column_stack([np.ones(8), space["X"]]), fit.predict()
    weight = {st.ols: np.ones(8), st.logistic: mean * (1 - mean), st.poisson: mean}[MODELS[law.models[0]]]
    each = weight[:, None, None] * A[:, :, None] * A[:, None, :]
    whole, score = each.sum(axis=0), A * (space["y"] - mean)[:, None]
    d = np.array([np.linalg.solve(whole - one, u) for one, u in zip(each, score, strict=True)])
    cook = ((d @ whole) * d).sum(axis=1) / 2 / fit.scale**2
    leverage = np.trace(each @ np.linalg.inv(whole), axis1=1, axis2=2)
    assert law.expect is not None
    assert_allclose(law.expect("", None, None)[0], np.append(cook, leverage), rtol=1e-6)


@pytest.mark.parametrize("law", OF_ROWS, ids=lambda law: law.name)
@pytest.mark.parametrize("adapter", [OURS, STATSMODELS], ids=lambda adapter: adapter.name)
def test_packages_have_these_influences(law, adapter):
    for model in law.models:
        before, after = answer(code(adapter, model)), answer(code(adapter, model, law))
        assert law.expect is not None
        right, _ = law.expect(model, np.array(before["b"]), None)
        assert_allclose(after["b"], right, rtol=1e-4, atol=1e-9)  # statsmodels stops at 1e-8 of the deviance
