import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.errors import IncompatibleError
from tests.inference.mixed.balanced import MEAN, MEANS, SHRINK, TABLE, VALUES, WITHIN, N, fitted


def test_residuals_of_both_kinds():
    fit = fitted()
    conditional = VALUES.ravel() - np.repeat(MEAN + SHRINK * (MEANS - MEAN), N)
    assert_allclose(fit.residuals, conditional, atol=1e-9)
    assert_allclose(fit.residuals_of("response"), conditional, atol=1e-9)
    assert_allclose(fit.residuals_of("marginal"), VALUES.ravel() - MEAN, atol=1e-9)
    assert_allclose(fit.residuals_of("pearson"), conditional / np.sqrt(WITHIN), rtol=1e-8)
    with pytest.raises(IncompatibleError, match="has residuals conditional, response, marginal, pearson"):
        fit.residuals_of("deviance")  # type: ignore[arg-type]


def test_rows_that_were_dropped_have_none_and_precision_counts():
    y = VALUES.ravel().copy()
    y[3] = np.nan
    w = np.tile([1.0, 2.0, 4.0], 5)
    fit = st.fit(st.linear_mixed("y ~ 1 + (1 | g)", {**TABLE, "y": y, "w": w}, precision="w"))
    found = fit.residuals_of("pearson")
    assert np.isnan(found[3])
    assert np.isfinite(np.delete(found, 3)).all()
    assert_allclose(found[4] / fit.residuals[4], np.sqrt(2.0) / fit.scale)
    assert len(fit.residuals_of(align=False)) == 14
