"""mixedlm-rs: what its results carry, and the package where it is installed."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import stattools as st
from stattools.errors import IncompatibleError
from tests.validation.foreign.test_mixed_formulas import table

FORMULA = "y ~ x + (1 + x | firm)"


@pytest.fixture(scope="module")
def best():
    return st.fit(st.linear_mixed(FORMULA, table))


def recorded(best: Any, **other: Any) -> Any:
    x = np.column_stack([np.ones(len(table)), table["x"]])
    model = {"endog": table["y"], "endog_names": "y", "exog": x, "exog_names": ["Intercept", "x"], "exog_re": x}
    carried = {
        "model": SimpleNamespace(**model, exog_re_names=["Group", "x"], groups=table["firm"], exog_vc=None),
        "fe_params": best.estimate,
        "bse_fe": best.se,
        "cov_re": best.found.covariances[0],
        "scale": best.found.s2,
        "reml": True,
        "converged": True,
        **other,
    }
    return type("MixedLMResults", (), {"__module__": "mixedlm_rs.mixed_linear_model", **carried})()


def test_right_fits_are_right(best):
    found = st.audit(recorded(best))
    assert found.ok, str(found)
    assert not st.audit(recorded(best, scale=best.found.s2 * 1.2)).ok


def test_what_is_refused(best):
    with pytest.raises(IncompatibleError, match="variance components"):
        st.audit(recorded(best, k_vc=1))
    with pytest.raises(IncompatibleError, match="carry their rows"):
        st.audit(recorded(best), table)
    with pytest.raises(IncompatibleError, match="know MixedLMResults"):
        st.audit(recorded(best, fe_params=None))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_the_package_where_it_is_installed():
    package: Any = pytest.importorskip("mixedlm_rs")
    fit = package.mixedlm("y ~ x", table, groups=table["firm"], re_formula="~x").fit()
    assert st.audit(fit).ok
