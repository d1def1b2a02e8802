"""mixedlm: what its results carry, and the package where it is installed."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import stattools as st
from stattools.errors import IncompatibleError
from tests.validation.foreign.test_mixed_formulas import FORMULA, right, table  # noqa: F401


def recorded(right: Any, name: str = "LmerResult", **other: Any) -> Any:  # noqa: F811
    group, names, cov = right.effects[0]
    carried = {
        "REML": True,
        "sigma": right.sigma,
        "converged": True,
        "_IS_LMM": True,
        "formula": FORMULA,
        "matrices": SimpleNamespace(weights=np.ones(len(table)), offset=np.zeros(len(table)), frame=table),
        "fixef": lambda self: dict(zip(right.terms, right.estimate, strict=True)),
        "vcov": lambda self: np.diag(right.se**2),
        "VarCorr": lambda self: SimpleNamespace(groups={group: SimpleNamespace(term_names=names, cov=cov)}),
        **other,
    }
    return type(name, (), {"__module__": "mixedlm.models.lmer", **carried})()


def test_right_fits_are_right(right):  # noqa: F811
    found = st.audit(recorded(right))
    assert found.ok, str(found)
    assert "mixedlm lmer, REML" in found.name


def test_levels_are_numbered(right):  # noqa: F811
    terms = dict(zip(("(Intercept)", "kind.1", "x"), right.estimate, strict=True))
    rows = {"weights": np.ones(len(table)), "offset": np.zeros(len(table)), "frame": table}
    matrices = SimpleNamespace(**rows, category_levels={"kind": ["a", "b"]}, contrasts=None)
    assert st.audit(recorded(right, fixef=lambda self: terms, matrices=matrices)).ok


def test_what_is_refused(right):  # noqa: F811
    with pytest.raises(IncompatibleError, match="got NlmerMod"):
        st.audit(recorded(right, "NlmerMod"))
    weighted = SimpleNamespace(weights=np.arange(3.0), offset=np.zeros(3), frame=table)
    with pytest.raises(IncompatibleError, match="weights or an offset"):
        st.audit(recorded(right, matrices=weighted))
    family = type("Binomial", (), {"link": type("LogitLink", (), {})()})()
    with pytest.raises(IncompatibleError, match="nAGQ=9"):
        st.audit(recorded(right, "GlmerResult", _IS_LMM=False, family=family, nAGQ=9))
    with pytest.raises(IncompatibleError, match="carry their table"):
        st.audit(recorded(right), table)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_the_package_where_it_is_installed():
    mixedlm: Any = pytest.importorskip("mixedlm")
    for reml in (True, False):
        assert st.audit(mixedlm.lmer(FORMULA, table, REML=reml)).ok
