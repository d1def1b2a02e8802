"""The numbers of the tables and of the paragraph, from statsmodels and SciPy."""

from typing import Any

import numpy as np
import pytest
from scipy import stats
from statsmodels.api import Logit, add_constant
from statsmodels.datasets import spector

from stattools.gallery import audit


def test_the_printed_table_has_the_odds_ratios_of_statsmodels():
    data = spector.load_pandas()
    fit = Logit(data.endog, add_constant(data.exog)).fit(disp=0)
    for name in ("GPA", "TUCE", "PSI"):
        assert f"{np.exp(fit.params[name]):.2f}" in audit.RATIOS
        assert f"{fit.bse[name]:.2f}" in audit.RATIOS


def test_the_reproduced_table_has_statas_robust_errors():
    data = spector.load_pandas()
    robust = Logit(data.endog, add_constant(data.exog)).fit(disp=0, cov_type="HC0")
    for name in ("GPA", "TUCE", "PSI"):
        se = np.exp(robust.params[name]) * robust.bse[name] * np.sqrt(32 / 31)
        assert f"{se:.4f}" in audit.ROBUST


@pytest.mark.parametrize("name, p", [("TUCE", ".539"), ("GPA", ".829")])
def test_the_paragraph_has_right_numbers_and_planted_ones(name, p):
    data: Any = spector.load_pandas().data
    old, new = (np.asarray(data.loc[data["PSI"] == method, name], dtype=float) for method in (0, 1))
    t = float(
        (new.mean() - old.mean()) / np.sqrt((17 * old.var(ddof=1) + 13 * new.var(ddof=1)) / 30 * (1 / 18 + 1 / 14))
    )
    probability = 2 * float(stats.t.sf(abs(t), 30))
    assert f"t(30) = {t:.2f}" in audit.PAPER
    assert f"{probability:.3f}".removeprefix("0") == p
    assert (p in audit.PAPER) is (name == "TUCE")
