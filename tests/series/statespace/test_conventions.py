import numpy as np
import pytest
from statsmodels.tsa.statespace.structural import UnobservedComponents

import stattools as st
from stattools.errors import DomainError
from tests.series.statespace.series_cases import CASES, NILE, UNEMPLOYMENT
from tests.series.statespace.test_components import TREND
from tests.series.statespace.test_structural import model_of


def test_the_four_numbers_of_the_nile():
    found = st.loglik_conventions(st.local_level(NILE), [15098.5, 1469.18])
    np.testing.assert_allclose(list(found.values()), [-632.5456, -633.4646, -641.5856, -632.5377], atol=6e-5)


@pytest.mark.parametrize("case", [name for name, (_, v) in CASES.items() if min(v) > 0])
def test_statsmodels_has_two_of_them(case):
    parts, variances = CASES[case]
    found = st.loglik_conventions(model_of(UNEMPLOYMENT, parts), variances)

    def theirs(**options):
        model = UnobservedComponents(UNEMPLOYMENT, TREND[parts.trend], seasonal=parts.period or None, **options)
        model.ssm.tolerance = 0
        return model.loglike(variances)

    assert found["diffuse, with constant"] == pytest.approx(theirs(use_exact_diffuse=True), rel=1e-9)
    assert found["burned"] == pytest.approx(theirs(), rel=1e-7)  # 1e6 beside variances near 1


def test_the_prior_variance_is_positive():
    with pytest.raises(DomainError, match="prior_variance"):
        st.loglik_conventions(st.local_level(NILE), [1.0, 1.0], prior_variance=0.0)
