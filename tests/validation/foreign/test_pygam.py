"""pyGAM 0.12.0: recorded fits of linear terms, and the package where it is installed.

Recorded by `LinearGAM(l(0, lam=lam) + l(1, lam=lam)).fit(X, y)`, and PoissonGAM on c.
"""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scipy import sparse

import stattools as st
from stattools.errors import DomainError, IncompatibleError

rng = np.random.default_rng(7)
n = 60
X = rng.normal(size=(n, 2)).round(2)
y = (1 + X @ [1, 0.5] + rng.normal(size=n)).round(2)
c = rng.poisson(np.exp(0.2 + 0.3 * X[:, 0]))

FITS = {
    "free": ([0.994397594631814, 0.5169796021479018, 0.7626735519032292],
             [0.14286425448479492, 0.13687892947043193, 0.12246225538340473]),
    "penalized": ([0.9812930258853862, 0.5121579821668497, 0.7597154704166413],
                  [0.1407805953248877, 0.1350365344446264, 0.12236285619769514]),
    "poisson": ([0.16473303462086689, 0.16044884699796086, 0.12113941078432283],
                [0.15520871799412683, 0.1376821813521866, 0.12359688780741464]),
}  # fmt: skip


def made(name: str, **carried: Any) -> Any:
    return type(name, (), carried)()


def recorded(fit: str, lam: float = 0.0, **other: Any) -> Any:
    """What a fit of pyGAM carries, as it was recorded."""
    coef, se = FITS[fit]
    kind, link = ("PoissonDist", "LogLink") if fit == "poisson" else ("NormalDist", "IdentityLink")
    carried = {
        "coef_": np.array(coef),
        "statistics_": {"se": np.array(se)},
        "logs_": {"deviance": [1.0, 1.0]},
        "max_iter": 100,
        "terms": SimpleNamespace(
            _terms=[made("LinearTerm", feature=0), made("LinearTerm", feature=1), made("Intercept")]
        ),
        "distribution": made(kind),
        "link": made(link),
        "_modelmat": lambda self, X: sparse.csc_matrix(np.column_stack([X, np.ones(len(X))])),
        "_P": lambda self: sparse.csc_matrix(np.diag([lam, lam, 0.0])),
        **other,
    }
    return type("LinearGAM", (), {"__module__": "pygam.pygam", **carried})()


@pytest.mark.parametrize(("fit", "outcome"), [("free", y), ("poisson", c)])
def test_right_fits_are_right(fit, outcome):
    found = st.audit(recorded(fit), X=X, y=outcome)
    assert found.ok, str(found)
    assert found.table()["term"].tolist() == ["Intercept", "x1", "x2"]
    assert found.sentence.endswith("the standard errors are right.")


def cause(found):
    return [one.cause for one in found.findings if one.serious]


def test_the_penalty_that_is_there_by_default_is_named():
    found = st.audit(recorded("penalized", 0.6), X=X, y=y)
    assert cause(found) == ["penalty"]
    assert "an L2 penalty (lam = 0.6)" in found.findings[0].evidence
    assert cause(st.audit(recorded("penalized", 0.0), X=X, y=y))[0] == "not the maximum"
    assert cause(st.audit(recorded("free", logs_={"deviance": [1.0] * 100}, coef_=np.zeros(3)), X=X, y=y))[0] == (
        "stopped early"
    )


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"terms": SimpleNamespace(_terms=[made("SplineTerm")])}, "has a SplineTerm, a curve"),
        ({"link": made("CauchyLink")}, "NormalDist with CauchyLink"),
        ({"distribution": made("BinomialDist", levels=5), "link": made("LogitLink")}, "no twin"),
        ({"coef_": None}, "not fitted"),
    ],
)
def test_what_is_refused(other, words):
    with pytest.raises(IncompatibleError, match=words):
        st.audit(recorded("free", **other), X=X, y=y)


def test_rows_stand_beside_it():
    with pytest.raises(DomainError, match="pass X= and y="):
        st.audit(recorded("free"))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_the_package_where_it_is_installed():
    pygam: Any = pytest.importorskip("pygam")
    free = pygam.l(0, lam=0) + pygam.l(1, lam=0)
    assert st.audit(pygam.LinearGAM(free).fit(X, y), X=X, y=y).ok
    assert st.audit(pygam.PoissonGAM(free).fit(X, c), X=X, y=c).ok
    assert cause(st.audit(pygam.LinearGAM(pygam.l(0) + pygam.l(1)).fit(X, y), X=X, y=y)) == ["penalty"]
