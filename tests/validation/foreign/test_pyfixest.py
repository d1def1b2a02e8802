"""pyfixest 0.60.0: recorded results of feols and fepois with fixed effects, and the package where it is installed.

Recorded by `pf.feols("y ~ x + z | g", table, vcov=...)` and `pf.fepois("c ~ x + z | g", table, vcov=...)`.
"""

from types import SimpleNamespace
from typing import Any

import formulaic
import numpy as np
import pandas as pd
import pytest

import stattools as st
from stattools.errors import IncompatibleError

rng = np.random.default_rng(7)
n = 60
x, z = rng.normal(size=n).round(2), rng.normal(size=n).round(2)
table = pd.DataFrame({"x": x, "z": z, "g": np.arange(n) % 5, "h": np.arange(n) // 12})
table["y"] = (1 + table["x"] + 0.5 * table["z"] + 0.3 * table["g"] + rng.normal(size=n)).round(2)
table["c"] = rng.poisson(np.exp(0.2 + 0.3 * table["x"]))

OLS, POISSON = [0.8679683887886362, 0.624077041542878], [0.1399709828046696, -0.13103915313192716]
SMALL = {"iid": 1.1132075471698113, "hetero": 1.1320754716981132, "CRV1": 1.391509433962264}
ERRORS = {
    ("Feols", "iid"): [0.13960068747033222, 0.14483729260726205],
    ("Feols", "hetero"): [0.13699557555524447, 0.19234905569518268],
    ("Feols", "CRV1"): [0.131332040379193, 0.19426095856035114],
    ("Fepois", "iid"): [0.15074190144195732, 0.15105573848786572],
    ("Fepois", "hetero"): [0.1311347701110218, 0.13322925332001542],
    ("Fepois", "CRV1"): [0.139091418454332, 0.20097873181620807],
}


def recorded(name: str, kind: str, **other: Any) -> Any:
    """What a fit of pyfixest carries, as it was recorded."""
    spec = formulaic.model_matrix("1 + x + z", table).model_spec
    carried = {
        "_beta_hat": np.array(OLS if name == "Feols" else POISSON),
        "_coefnames": ["x", "z"],
        "_se": np.array(ERRORS[name, kind]),
        "_data": table,
        "_fe": table[["g"]],
        "_fixef": "g",
        "_model_spec": SimpleNamespace(second_stage=SimpleNamespace(rhs=spec)),
        "_Y_untransformed": table[["y" if name == "Feols" else "c"]],
        "_vcov_type_detail": kind,
        "_cluster_df": table[["h"]],
        "_ssc": np.array([SMALL[kind]]),
        "_df_t": 4.0 if kind == "CRV1" else 53.0,
        "convergence": None if name == "Feols" else True,
        **other,
    }
    return type(name, (), {"__module__": "pyfixest.estimation.models", **carried})()


@pytest.mark.parametrize(("name", "kind"), ERRORS)
def test_right_fits_are_right_with_their_covariance(name, kind):
    found = st.audit(recorded(name, kind))
    assert found.ok, str(found)
    assert found.sentence.endswith("the standard errors are right.")
    assert "coefficients of fixed effects are not reported" in found.notes[0]


def cause(found):
    return [one.cause for one in found.findings if one.serious]


def test_faults_are_named():
    assert cause(st.audit(recorded("Fepois", "iid", _beta_hat=np.array([0.3, -0.13])))) == ["not the maximum"]
    other = np.array(ERRORS["Feols", "hetero"])
    assert cause(st.audit(recorded("Feols", "CRV1", _se=other))) == ["standard errors of kind HC1"]
    assert cause(st.audit(recorded("Fepois", "iid", _offset_name="z"))) == ["not the maximum"]


def test_weights_are_precisions_of_least_squares():
    found = st.audit(recorded("Feols", "iid", _weights_name="h", _data=table.assign(h=table["h"] + 1.0)))
    assert cause(found)[0] == "not the maximum"


@pytest.mark.parametrize(
    ("name", "words"), [("Feiv", "instruments"), ("FixestMulti", "fetch_model"), ("Other", "no twin")]
)
def test_what_is_refused(name, words):
    with pytest.raises(IncompatibleError, match=words):
        st.audit(type(name, (), {"__module__": "pyfixest.estimation"})())


def test_what_carries_no_rows_or_other_columns():
    with pytest.raises(IncompatibleError, match="carries no data"):
        st.audit(recorded("Feols", "iid", _data=None))
    with pytest.raises(IncompatibleError, match="is not one of its formula"):
        st.audit(recorded("Feols", "iid", _coefnames=["x", "i(z)"]))
    with pytest.raises(IncompatibleError, match="carry their rows"):
        st.audit(recorded("Feols", "iid"), X=table[["x"]])


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("vcov", ["iid", "HC1", {"CRV1": "h"}], ids=str)
def test_the_package_where_it_is_installed(vcov):
    pyfixest: Any = pytest.importorskip("pyfixest")
    assert st.audit(pyfixest.feols("y ~ x + z | g + h", table, vcov=vcov)).ok
    assert st.audit(pyfixest.fepois("c ~ x + z | g", table, vcov=vcov, fixef_tol=1e-10, iwls_tol=1e-10)).ok
