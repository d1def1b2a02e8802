"""The dense second computation of CR2 and CR3, which `st.validate` compares with."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.validation.references.statsmodels import dense_clusters as dense
from tests.inference.covariance.test_estimate import draw
from tests.inference.covariance.test_sandwich import cars
from tests.inference.covariance.test_satterthwaite import CLUB_SANDWICH

GROUPS = np.repeat(np.arange(8), [50, 40, 40, 36, 30, 20, 14, 10])


@pytest.mark.parametrize("kind", CLUB_SANDWICH)
def test_as_in_club_sandwich(kind):
    cov = st.Cluster("carb", kind=kind)
    fit = st.fit(st.ols("mpg ~ wt + hp + disp", cars()))
    se, df = dense(fit.model, fit.estimate, cov)
    assert_allclose(se, CLUB_SANDWICH[kind][0], rtol=1e-8)
    assert_allclose(df, CLUB_SANDWICH[kind][1], rtol=1e-8)


@pytest.mark.parametrize("regression", ["ols", "logistic", "poisson", "softmax", "negative_binomial"])
def test_validate_compares_with_it(regression):
    found = st.validate(st.fit(draw(regression), cov=st.Cluster(GROUPS)))
    assert found.ok
    assert "standard errors (Cluster(8 groups, CR2); digits:" in found.sentence
    assert found.rows["se_digits"].min() > 5
    assert "degrees of freedom" in found.notes[0]


def test_validate_finds_what_is_wrong():
    fit = st.fit(draw("ols"), cov=st.Cluster(GROUPS, kind="CR3", correction="jackknife"))
    assert st.validate(fit).ok
    assert not st.validate(replace(fit, covariance=fit.covariance * 1.001)).ok
    wrong = st.validate(replace(fit, t_df=fit.t_df * 1.001))
    assert not wrong.ok
    assert wrong.sentence == "Degrees of freedom of dense algebra differ by up to 1.0e-03 of them."
