import re

import numpy as np
from statsmodels.api import GLM, add_constant, families
from statsmodels.datasets import scotland

data = scotland.load_pandas().data
tax, unemployed = (data[name] - data[name].mean() for name in ("COUTAX", "UNEMPF"))
X = add_constant(np.column_stack([tax, unemployed, data[["MOR", "ACT", "GDP", "AGE"]], tax * unemployed]))


def test_the_other_package_is_quoted_rightly(text_of):
    text = text_of("costs")
    theirs = GLM(data["YES"], X, family=families.Gamma(families.links.Log())).fit(tol=1e-14)
    assert f"= {theirs.scale:.6f}" in text
    assert f"= {theirs.deviance / theirs.df_resid:.6f}" in text
    assert f"and its AIC, {theirs.aic:.2f}, does not count the dispersion" in text
    for value in (theirs.bse.iloc[1], theirs.bse.iloc[7]):
        assert np.format_float_positional(float(value), precision=3, fractional=False).rstrip("0") in text


def test_the_audit_finds_it_right_and_the_difference_is_the_dispersion(text_of):
    text = text_of("costs")
    assert "is right: its 8 coefficients are the maximum" in text
    assert re.findall(r"dispersion (\S+) %", text) == ["100.0", "98.9", "99.0"]
    assert "standard errors are up to 1.15 times as large" in text
