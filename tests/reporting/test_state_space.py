import re

import numpy as np
import pytest

import stattools as st
from stattools.reporting.markdown import markdown
from stattools.reporting.report import compose
from tests.series.statespace.series_cases import NILE, UNEMPLOYMENT, gappy


@pytest.mark.parametrize(
    "model",
    [
        st.local_level(NILE),
        st.local_linear_trend(gappy(NILE)),
        pytest.param(st.smooth_trend(UNEMPLOYMENT, seasonal=4), marks=pytest.mark.slow),  # statsmodels' own climb
        st.local_level(NILE, X=np.sin(np.arange(100.0)), drift=-1.0),
    ],
    ids=lambda model: model.title,
)
def test_every_model_has_a_report(model):
    fit = st.fit(model)
    text = markdown(compose(fit), figures="x")
    for name in fit.names:
        assert f"| `{name}`" in text
    assert not re.search(r"\bnan\b", text)
    assert "![The series with its smoothed level" in text
    assert f"Log-likelihood {fit.loglik:.4f}" in text


def test_the_boundary_is_explained():
    text = markdown(compose(st.fit(st.local_linear_trend(NILE))), figures="x")
    assert "sigma2.trend is 0, the boundary of its domain" in text
    assert "bounds it by" in text


def test_a_validated_report():
    fit = st.fit(st.local_level(NILE))
    text = markdown(compose(fit, st.validate(fit)), figures="x")
    assert "agrees** on the arithmetic" in text
    assert "-633.464564" in text
