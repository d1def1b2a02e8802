import numpy as np
import pytest

import stattools as st
from tests.inference.smooths.curved import fitted, table


def test_a_curve_has_one_row_and_its_line_none():
    fit = fitted("y ~ g + s(x, by=g, k=8) + (1 | h)")
    found = fit.anova()
    assert found["term"].tolist() == ["g", "s(x):g[a]", "s(x):g[b]"]
    assert found["df"].tolist()[1:] == pytest.approx(fit.smooths()["edf"].tolist())
    assert found["p_value"].max() < 0.05
    assert np.isfinite(found.drop(columns="term")).all(axis=None)
    assert "effective degrees of freedom" in found.attrs["note"]


def test_of_other_outcomes_too_and_without_curves_as_it_was():
    counts = st.fit(st.poisson("counts ~ s(x, k=8)", table())).anova()
    assert counts[["term", "p_value"]].to_numpy().tolist() == [["s(x)", 0.0001]]
    assert st.fit(st.linear_mixed("y ~ x + (1 | h)", table())).anova()["term"].tolist() == ["x"]
