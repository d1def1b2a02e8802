"""Series and groups as options: what they are called, and what does not exist."""

import numpy as np
import pandas as pd
import pytest

from stattools.errors import DomainError
from stattools.inference.covariance import HAC, Cluster
from tests.inference.covariance.test_estimate import grunfeld_model, sandwich


def test_the_name_is_what_is_printed():
    model, frame = grunfeld_model()
    firm, year = frame["firm"], frame["year"]
    names = {
        "information": "information",
        "HC1": "HC1",
        "robust": "robust",
        HAC(4): "HAC(lags=4)",
        HAC(4, "uniform", "stata"): "HAC(lags=4, kernel=uniform, correction=stata)",
        Cluster(firm): "Cluster(firm, CR2)",
        Cluster(firm, kind="CR1"): "Cluster(firm, 10 groups)",
        Cluster(firm, year): "Cluster(firm, year, 10 groups)",
        Cluster(firm.tolist(), correction="none"): "Cluster(10 groups, correction=none)",
    }
    assert {cov: sandwich(model, cov).name for cov in names} == names


@pytest.mark.parametrize("lags", [-1, 2.5, True, "4", None, float("nan"), 10**400])
def test_lags_are_whole_numbers(lags):
    with pytest.raises(DomainError, match=r"lags= of HAC is (one whole number, at least 0|at most 2)"):
        HAC(lags)


def test_options_are_read_however_they_are_spelled():
    assert HAC(4, "Uniform", "STATA") == HAC(4, "uniform", "stata")  # type: ignore[arg-type]
    groups = Cluster([1, 2], kind="cr1", correction="Stata")  # type: ignore[arg-type]
    assert (groups.kind, groups.correction) == ("CR1", "stata")


def test_options_that_do_not_exist():
    with pytest.raises(DomainError, match=r"HAC needs kernel= one of 'bartlett', 'uniform'; got 'parzen'"):
        HAC(4, "parzen")  # type: ignore[arg-type]
    with pytest.raises(DomainError, match=r"HAC needs correction= one of 'none', 'stata'; got True"):
        HAC(4, correction=True)  # type: ignore[arg-type]
    with pytest.raises(
        DomainError, match=r"Cluster needs correction= one of 'statsmodels', 'stata', 'none', 'jackknife'; got 'sas'"
    ):
        Cluster([1, 2], correction="sas")  # type: ignore[arg-type]


@pytest.mark.parametrize("lags", [pd.DataFrame({"a": [1]}), np.array([]), None, "many"])
def test_lags_that_are_no_number_are_refused(lags):
    with pytest.raises(DomainError, match="lags= of HAC is one whole number"):
        HAC(lags)
