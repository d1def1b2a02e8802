import numpy as np
import pytest

import stattools as st
from stattools.benchmarking import decrement


def test_it_is_the_distance_from_the_maximum_in_standard_errors():
    random = np.random.default_rng(0)
    X = random.normal(size=(200, 3))
    fit = st.fit(st.ols(X @ [1.0, 2.0, 3.0] + random.normal(size=200), X, intercept=False))
    now = fit.model.evaluate(fit.estimate)
    off = 0.3 * np.eye(3)[0] / np.sqrt(now.information[0, 0])  # 0.3 standard errors, the others held
    assert decrement(fit.model, fit.estimate) < 1e-9
    assert decrement(fit.model, fit.estimate + off) == pytest.approx(0.3, rel=1e-9)
