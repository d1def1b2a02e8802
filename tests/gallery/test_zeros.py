import re
from typing import Any

import numpy as np
from statsmodels.api import Logit, Poisson, add_constant
from statsmodels.datasets import randhie

data: Any = randhie.load_pandas().data


def test_the_zeros_are_a_logistic_regression_of_statsmodels(text_of):
    text = text_of("zeros")
    reference = Logit((data.mdvis == 0).astype(int), add_constant(data[["lncoins", "idp", "physlm", "disea"]]))
    fitted = reference.fit(disp=0)
    for column, value in fitted.params.drop("const").items():
        printed = re.search(rf"\| `zero: {column}` +\| +(-?[\d.]+)", text)
        assert printed is not None
        assert abs(float(printed.group(1)) - value) < 1e-3 * abs(value)
    assert f"Log-likelihood {fitted.llf:.6f}, the same in both." in text


def test_poisson_counts_expect_as_few_zeros_as_statsmodels_says(text_of):
    text, X = text_of("zeros"), add_constant(data.drop(columns="mdvis"))
    mean = Poisson(data.mdvis, X).fit(disp=0).predict(X)
    assert re.search(rf"\| Poisson +\| +10 \| +{100 * np.exp(-mean).mean():.1f} % \|", text)
    assert f"{100 * (data.mdvis == 0).mean():.1f} % have no visit" in text


def test_a_maximum_that_is_none_is_said(text_of):
    assert "mdvis has no more zeros than negative binomial counts have" in text_of("zeros")
