import numpy as np
import pytest

import stattools as st
from stattools.errors import IncompatibleError
from stattools.inference.diagnostics import checks as of_groups

R = np.random.default_rng(4)
G, X = np.repeat(np.arange(20), 10), R.normal(size=200)
Y = 1.0 + X + R.normal(size=20)[G] + R.normal(size=200)


def verdicts(y: object, x: object = X) -> dict[str, str]:
    fit = st.fit(st.linear_mixed("y ~ x + (1 | g)", {"y": y, "x": x, "g": G}))
    return fit.check().set_index("check")["verdict"].to_dict()


def test_a_right_model_is_ok():
    assert verdicts(Y) == {"maximum": "ok", "influence": "ok", "distribution": "ok"}


def test_a_group_that_makes_the_slope_is_named():
    x, y = X.copy(), Y.copy()
    x[G == 7] *= 8.0
    y[G == 7] -= 3.0 * x[G == 7]
    fit = st.fit(st.linear_mixed("y ~ x + (1 | g)", {"y": y, "x": x, "g": G}))
    (row,) = (row for row in fit.check().to_dict("records") if row["check"] == "influence")
    assert row["verdict"] == "no"
    assert "x goes from" in row["advice"]
    assert "without g 7" in row["advice"]


def test_residuals_that_are_not_normal_are_seen():
    assert verdicts(Y + R.standard_cauchy(200))["distribution"] == "look"


def test_rows_of_groups_have_no_order():
    fit = st.fit(st.linear_mixed("y ~ x + (1 | g)", {"y": Y, "x": X, "g": G}))
    with pytest.raises(IncompatibleError, match="leave order= out"):
        fit.check(order=X)


def test_a_check_that_cannot_be_made_leaves_the_others(monkeypatch):
    def refused(fit):
        raise st.IdentificationError("a group is all that tells x.")

    monkeypatch.setattr(of_groups, "_group_influence", refused)
    found = st.fit(st.linear_mixed("y ~ x + (1 | g)", {"y": Y, "x": X, "g": G})).check()
    assert sorted(found.check) == ["distribution", "maximum"]
    assert found.attrs["unchecked"] == {"influence": "a group is all that tells x."}
