"""What stands for the covariance of a ridge fit refuses to be a matrix."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

import stattools as st

TABLE = {"b": [0, 1, 0, 1, 1, 0], "x": [1.0, 2.0, 4.0, 3.0, 6.0, 5.0], "g": list("aabbab")}
MODEL = st.logistic("b ~ x + g", TABLE)
USES = {
    "se": lambda fit: fit.se,
    "array": lambda fit: np.asarray(fit.covariance),
    "diagonal": lambda fit: fit.covariance.diagonal(),
    "element": lambda fit: fit.covariance[0, 0],
    "product": lambda fit: np.ones(3) @ fit.covariance,
    "root": lambda fit: np.sqrt(fit.covariance),
    "equal": lambda fit: fit.covariance == 0.0,
    "interval": lambda fit: fit.interval(0.9),
    "test": lambda fit: fit.test("x = 0"),
    "predict": lambda fit: fit.predict(TABLE, interval=0.9),
}


@pytest.fixture(scope="module")
def fit():
    return st.fit(MODEL, penalty=st.Ridge(0.25))


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_whatever_needs_it_says_why_there_is_none_and_what_to_do(fit, use):
    said = r"with Ridge\(0\.25\) is penalized: no standard errors.* leave penalty= out.*prior=st\.Normal\(0, 2\)"
    with pytest.raises(st.IncompatibleError, match=said):
        use(fit)


def test_it_is_shown_copied_and_kept(fit, tmp_path):
    none = fit.covariance
    assert repr(none) == "<no covariance: Logistic regression with Ridge(0.25) is penalized: no standard errors>"
    assert (none.shape, none.ndim, len(none)) == ((3, 3), 2, 3)
    assert not hasattr(none, "iloc")
    loaded = st.load(fit.save(tmp_path / "ridge"))
    assert {repr(one) for one in (copy.deepcopy(none), pickle.loads(pickle.dumps(none)), loaded.covariance)} == {
        repr(none)
    }
    assert not {"se", "covariance", "interval", "test"} & set(dir(fit))
    assert {"se", "covariance", "interval", "test"} < set(dir(st.fit(MODEL)))


def test_tables_have_the_columns_that_there_are(fit):
    assert list(fit.table()) == ["term", "estimate"]
    assert list(fit.marginal_effects()) == ["term", "effect"]
    assert list(fit.contrasts("g")) == ["contrast", "estimate"]
    for table in (fit.table(), fit.marginal_effects(), fit.contrasts("g")):
        assert table.attrs["note"] == "penalized: no standard errors"
    with pytest.raises(st.DomainError, match=r"level is a probability"):
        fit.table(95)


def test_ratios_are_told_without_errors(fit):
    table = fit.table(exponentiate=True)
    assert list(table) == ["term", "estimate"]
    np.testing.assert_array_equal(table.estimate, np.exp(fit.estimate))
    assert "se_log" not in table.attrs["note"]
    assert table.attrs["note"].endswith("no standard errors.")
    assert "nan" not in st.report_table(fit, exponentiate=True)
