"""The dense form of the likelihood is that of SciPy's multivariate normal; MixedLM is asked for what it has."""

import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.stats import multivariate_normal
from statsmodels.regression.mixed_linear_model import MixedLMResults

import stattools as st
from stattools.validation.references.statsmodels import dense, mixed_lm
from tests.validation.checks.test_mixed import TABLE


@pytest.mark.parametrize("precision", [None, "w"])
def test_the_dense_form_is_a_multivariate_normal(precision):
    model = st.linear_mixed("y ~ x + (x | g) + (1 | h)", TABLE, precision=precision)
    S = (np.array([[2.0, 0.3], [0.3, 0.5]]), np.array([[0.7]]))
    found = dense(model, S, 1.3, reml=False)
    w = np.ones(90) if precision is None else TABLE.w.to_numpy()
    V = 1.3 * np.diag(1.0 / w)
    for term, cov in zip(model.random, S, strict=True):
        for j in range(term.n_levels):
            z = term.z * (term.codes == j)[:, None]
            V += z @ cov @ z.T
    assert_allclose(found.loglik, multivariate_normal.logpdf(model.y, model.X @ found.estimate, V), rtol=1e-11)
    gram = model.X.T @ np.linalg.solve(V, model.X)
    assert_allclose(found.se, np.sqrt(np.diag(np.linalg.inv(gram))), rtol=1e-10)
    reml = dense(model, S, 1.3, reml=True)
    gap = 0.5 * (2 * np.log(2 * np.pi) - np.linalg.slogdet(gram)[1])
    assert_allclose(reml.loglik - found.loglik, gap, rtol=1e-10)


def test_what_mixed_lm_has_no_model_of():
    assert mixed_lm(st.linear_mixed("y ~ x + (1 | g)", TABLE, precision="w"), True) is None
    assert mixed_lm(st.linear_mixed("y ~ x + (x | g) + (1 | h)", TABLE), True) is None
    found = mixed_lm(st.linear_mixed("y ~ x + (1 | g)", TABLE), True)
    assert found is not None
    assert [cov.shape for cov in found.covariances] == [(1, 1)]


def test_a_covariance_of_all_rows_that_is_singular_is_refused():
    """Variances of effects 1e40 times the residual, as a search of the reference may end in: SciPy's own error came."""
    model = st.linear_mixed("y ~ x + (x | g)", TABLE)
    with pytest.raises(st.IdentificationError, match="singular in float64"):
        dense(model, (1e40 * np.eye(2),), 1.0, True)


def test_a_log_likelihood_that_warns_or_fails_is_a_note(monkeypatch):
    """MixedLM takes determinants when its log-likelihood is asked for, outside its fit."""
    model = st.linear_mixed("y ~ x + (1 | g)", TABLE)

    def warns(self):
        warnings.warn("no determinant", RuntimeWarning, stacklevel=1)
        return 1.0

    def fails(self):
        raise np.linalg.LinAlgError("singular")

    monkeypatch.setattr(MixedLMResults, "llf", property(warns))
    found = mixed_lm(model, True)
    assert found is not None
    assert "statsmodels warned: no determinant" in found.notes
    monkeypatch.setattr(MixedLMResults, "llf", property(fails))
    found = mixed_lm(model, True)
    assert found is not None
    assert found.notes == ("statsmodels failed: LinAlgError: singular",)
