"""How far estimates move without the worst rows: against fits without them."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.inference.diagnostics.check import LookedAt
from stattools.inference.diagnostics.checks import worst_rows
from tests.inference.diagnostics.checks.planted import of, rows, verdicts
from tests.inference.diagnostics.checks.r_rows import TABLE

R = rows()


def spoiled(row: int = 17, x: float = 6.0, y: float = -20.0) -> pd.DataFrame:
    frame = pd.DataFrame({"x": R["x"], "z": R["z"], "y": R["eta"] + R["noise"]}, index=[f"p{k}" for k in range(400)])
    frame.loc[f"p{row}", ["x", "y"]] = x, y
    return frame


def test_the_worst_row_is_named_by_its_label():
    row = of(st.fit(st.ols("y ~ x + z", spoiled())), "influence")
    assert row.verdict == "no"
    assert "row p17" in row.advice


def test_the_move_is_that_of_a_fit_without_the_row():
    frame = spoiled()
    fit, rest = (st.fit(st.ols("y ~ x + z", one)) for one in (frame, frame.drop("p17")))
    moves = np.abs(fit.estimate - rest.estimate) / np.minimum(fit.se, rest.se)
    assert_allclose(of(fit, "influence").value, moves[1], rtol=1e-9)


@pytest.mark.slow
def test_one_step_finds_the_row_that_a_fit_without_each_finds():
    fit = st.fit(st.ols("y ~ z", TABLE))
    found, _ = worst_rows(LookedAt(fit), 1)
    assert found.tolist() == [int(np.argmax(np.abs(fit_without(fit))))]


def fit_without(fit):
    """The move of the slope without each row, one by one."""
    n = len(TABLE["y"])
    keep = [np.delete(np.arange(n), k) for k in range(n)]
    some = [st.fit(st.ols("y ~ z", {name: np.asarray(TABLE[name])[k] for name in ("y", "z")})) for k in keep]
    return [one.estimate[1] - fit.estimate[1] for one in some]


def test_an_outlier_in_the_middle_moves_the_scale():
    row = of(st.fit(st.ols("y ~ x + z", spoiled(x=0.0, y=20.0))), "influence")
    assert row.verdict == "look"
    assert "residual scale" in row.advice
    assert "p17" in row.advice


def test_a_coefficient_that_rests_on_one_row():
    y = (R["u"] < 1.0 / (1.0 + np.exp(-R["eta"]))).astype(int)
    rare = np.zeros(400)
    rare[:6] = 1.0
    y[:6] = [0, 1, 1, 1, 1, 1]
    row = of(st.fit(st.logistic("y ~ x + rare", R | {"y": y, "rare": rare})), "influence")
    assert row.verdict == "no"
    assert "no maximum" in row.advice
    assert "row 0" in row.advice


def test_clean_rows_are_ok():
    assert verdicts(st.fit(st.ols("y ~ x + z + g", R | {"y": R["eta"] + R["noise"]}))) == {}


def test_intercepts_alone_are_looked_at():
    y = R["noise"].copy()
    y[3] = 60.0
    assert of(st.fit(st.ols("y ~ 1", R | {"y": y})), "influence").verdict == "no"
