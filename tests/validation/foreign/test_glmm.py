"""glmm: what its fits carry, and the package where it is installed."""

from typing import Any

import numpy as np
import pytest

import stattools as st
from stattools.errors import DomainError, IncompatibleError
from stattools.validation.foreign.mixed import unpacked
from tests.validation.foreign.test_mixed_formulas import FORMULA, right, table  # noqa: F401


def recorded(right: Any, **other: Any) -> Any:  # noqa: F811
    group, names, cov = right.effects[0]
    carried = {
        "beta": right.estimate,
        "se": right.se,
        "names": list(right.terms),
        "family": "gaussian",
        "link": "identity",
        "formula": FORMULA,
        "re_groups": [(group, names)],
        "varcorr": [cov[np.triu_indices(2)]],
        "dispersion": right.sigma**2,
        "reml": True,
        "converged": True,
        **other,
    }
    return type("Fit", (), {"__module__": "glmm", **carried})()


def test_right_fits_are_right(right):  # noqa: F811
    found = st.audit(recorded(right), table)
    assert found.ok, str(found)
    assert unpacked([4.0, 1.0, 2.0, 9.0, 3.0, 16.0])[2].tolist() == [2.0, 3.0, 16.0]


def test_what_is_refused(right):  # noqa: F811
    with pytest.raises(DomainError, match="pass its table"):
        st.audit(recorded(right))
    with pytest.raises(IncompatibleError, match="no groups"):
        st.audit(recorded(right, re_groups=[]), table)
    with pytest.raises(IncompatibleError, match="nagq above 1"):
        st.audit(recorded(right, nagq=7), table)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_the_package_where_it_is_installed():
    glmm: Any = pytest.importorskip("glmm")
    assert st.audit(glmm.fit(table, FORMULA), table).ok
