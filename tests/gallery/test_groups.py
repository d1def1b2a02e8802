"""The report on eleven firms says what statsmodels and a loop say."""

import re
from typing import Any

import numpy as np
import statsmodels.api as sm
from statsmodels.datasets import grunfeld

data: Any = grunfeld.load_pandas().data


def test_the_mixed_model_is_that_of_statsmodels(text_of):
    text, part = text_of("groups"), data.copy()
    part[["invest", "value", "capital"]] /= 100.0
    X = sm.add_constant(part[["value", "capital"]])
    found: Any = sm.MixedLM(part["invest"], X, part["firm"], exog_re=X[["const", "capital"]]).fit()
    assert f"Restricted log-likelihood {found.llf:.4f}" in text
    sds = np.sqrt([found.cov_re.iloc[0, 0], found.cov_re.iloc[1, 1], found.scale])
    assert re.search(rf"\| `Intercept` +\| standard deviation \| +{sds[0]:.2f}", text)
    assert re.search(rf"with a standard deviation of {sds[1]:.2f}\.", text)
    assert re.search(rf"\| residual \| +\| standard deviation \| +{sds[2]:.2f}", text)
    shrunken = found.fe_params["capital"] + found.random_effects["Diamond Match"]["capital"]
    assert re.search(rf"\| `Diamond Match` +\| +0\.44 \| +\d\.\d\d \| +{shrunken:.2f} \|", text)


def test_own_slopes_are_those_of_least_squares(text_of):
    text = text_of("groups")
    for firm, part in data.groupby("firm"):
        found: Any = sm.OLS(part["invest"], sm.add_constant(part[["value", "capital"]])).fit()
        assert re.search(rf"\| `{firm}` +\| +{found.params['capital']:.2f} \|", text)
