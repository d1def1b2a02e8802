"""One coefficient of a fit says what its row of the table says, in one line."""

import numpy as np
import pytest

import stattools as st

G = np.random.default_rng(3)
TABLE = {"x": G.normal(size=80), "g": np.array(["a", "b", "c", "d"] * 20)}
TABLE["y"] = 0.5 * TABLE["x"] + G.normal(size=80)
TABLE["b"] = (TABLE["y"] + G.logistic(size=80) > 0).astype(int)
TABLE["k"] = G.poisson(np.exp(0.3 * TABLE["x"]))
FITS = {
    "ols": st.fit(st.ols("y ~ x + g", TABLE)),
    "logistic": st.fit(st.logistic("b ~ x + g", TABLE)),
    "clustered": st.fit(st.ols("y ~ x", TABLE), cov=st.Cluster("g")),
    "softmax": st.fit(st.softmax("g ~ x", TABLE)),
    "mixed": st.fit(st.linear_mixed("y ~ x + (1 | g)", TABLE)),
    "counts": st.fit(st.poisson("k ~ x + (1 | g)", TABLE)),
}


@pytest.mark.parametrize("fit", FITS.values(), ids=FITS)
def test_a_coefficient_is_its_row_of_the_table(fit):
    table = fit.table()
    for k, name in enumerate(fit.names):
        one = fit[name]
        assert (one.estimate, one.se) == (table.estimate[k], table.se[k])
        assert tuple(one.interval) == (table.lower[k], table.upper[k])
        assert one.test.p_value == pytest.approx(table.p_value[k], rel=1e-9)
        assert len(str(one).splitlines()) <= 2
        assert str(one).startswith(f"{name}: ")


def test_lines():
    fit = FITS["ols"]
    row = fit.table().set_index("term").loc["x"]
    assert str(fit["x"]) == (
        f"x: {row.estimate:.4g} (se {row.se:.3g}), 95 % interval {row.lower:.4g} to {row.upper:.4g}, "
        f"t = {row.statistic:.3g}, p <0.001"
    )
    assert str(st.fit(st.coin([1, 1, 0, 1]))["theta"]) == "theta: 0.75 (se 0.217), 95 % interval 0.3257 to 1"


def test_a_penalized_coefficient_has_no_standard_error():
    one = st.fit(st.ols("y ~ x", TABLE), penalty=st.Ridge(1.0))["x"]
    assert "no standard error" in str(one)
    with pytest.raises(AttributeError, match="no standard errors"):
        _ = one.se
