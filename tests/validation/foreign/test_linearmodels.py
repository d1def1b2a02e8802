"""linearmodels 7.1: recorded results of PanelOLS with entity effects, and the package where it is installed.

Recorded by `PanelOLS.from_formula("y ~ x + z + EntityEffects", table).fit(...)`.
"""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import stattools as st
from stattools.errors import IncompatibleError

rng = np.random.default_rng(7)
n = 60
x, z = rng.normal(size=n).round(2), rng.normal(size=n).round(2)
table = pd.DataFrame({"x": x, "z": z, "firm": np.arange(n) // 12, "year": np.arange(n) % 12})
table["y"] = (1 + table["x"] + 0.5 * table["z"] + 0.3 * table["firm"] + rng.normal(size=n)).round(2)

ERRORS = {
    "Unadjusted": ([0.15176843825647557, 0.15105530154941874], 1.1320754716981132),
    "Robust": ([0.1496718812781661, 0.1930438087574969], 1.1320754716981132),
    "Clustered": ([0.14998515812150284, 0.16340518333872667], 1.0344827586206897),
}


class Carrier:
    """Their covariance, which a method of results is bound to."""

    def __init__(self, scale: float) -> None:
        self._scale, self._group_debias, self._clusters = scale, True, table["firm"].to_numpy()

    def cov(self) -> None: ...


def recorded(kind: str, estimator: str = "PanelOLS", **other: Any) -> Any:
    """What results of linearmodels carry, as they were recorded."""
    rows = SimpleNamespace(values2d=table[["y"]].to_numpy(), vars=["y"], entity_ids=table[["firm"]].to_numpy())
    carried = {
        "dependent": rows,
        "exog": SimpleNamespace(values2d=table[["x", "z"]].to_numpy()),
        "weights": SimpleNamespace(values2d=np.ones((n, 1))),
        "endog": np.empty((n, 1)),
        "_entity_effects": True,
    }
    se, scale = ERRORS[kind]
    results = {
        "model": type(estimator, (), {"__module__": "linearmodels.panel.model", **carried, **other})(),
        "params": pd.Series([0.8971168991040016, 0.5908243389794793], index=["x", "z"]),
        "std_errors": pd.Series(se),
        "_cov_type": kind,
        "_debiased": True,
        "df_resid": 53,
    }
    made = type("PanelEffectsResults", (), {"__module__": "linearmodels.panel.results", **results})()
    made._deferred_cov = Carrier(scale).cov
    return made


@pytest.mark.parametrize("kind", ERRORS)
def test_right_fits_are_right_with_their_covariance(kind):
    found = st.audit(recorded(kind))
    assert found.ok, str(found)
    assert found.sentence.endswith("the standard errors are right.")


def cause(found):
    return [one.cause for one in found.findings if one.serious]


def test_faults_are_named():
    weights = SimpleNamespace(values2d=table[["year"]].to_numpy() + 1.0)
    assert cause(st.audit(recorded("Unadjusted", weights=weights)))[0] == "not the maximum"
    wrong = recorded("Clustered")
    wrong.std_errors = pd.Series(ERRORS["Unadjusted"][0])
    assert cause(st.audit(wrong)) == ["standard errors of kind information"]


@pytest.mark.parametrize(
    ("estimator", "words"),
    [("IV2SLS", "instruments"), ("RandomEffects", "st.linear_mixed"), ("BetweenOLS", "other rows"), ("X", "no twin")],
)
def test_what_is_refused(estimator, words):
    with pytest.raises(IncompatibleError, match=words):
        st.audit(recorded("Robust", estimator))


def test_other_effects_and_rows_are_refused():
    with pytest.raises(IncompatibleError, match="other_effects="):
        st.audit(recorded("Robust", _other_effects=True))
    with pytest.raises(IncompatibleError, match="carry their rows"):
        st.audit(recorded("Robust"), y=table["y"])


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", ["unadjusted", "robust", "clustered"])
def test_the_package_where_it_is_installed(kind):
    panel: Any = pytest.importorskip("linearmodels.panel")
    options = {"cluster_entity": True} if kind == "clustered" else {}
    whole = table.set_index(["firm", "year"])
    for formula in ("y ~ x + z + EntityEffects", "y ~ 1 + x + z + EntityEffects + TimeEffects", "y ~ 1 + x + z"):
        assert st.audit(panel.PanelOLS.from_formula(formula, whole).fit(cov_type=kind, **options)).ok
    assert st.audit(panel.PooledOLS.from_formula("y ~ 1 + x", whole).fit(cov_type=kind, **options)).ok
