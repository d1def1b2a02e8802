"""Groups that are left out of a mixed regression."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.errors import IdentificationError
from stattools.solvers.mixed.null import without_rows
from tests.inference.mixed.regressions import LEVELS, fit, table


def test_falls_and_distances_of_each_group():
    one = fit("logistic")
    found = one.group_influence()
    assert list(found) == ["level", "n", "cooks_distance", "se_Intercept", "se_x", "se_w[T.b]"]
    assert len(found) == LEVELS
    away = one.estimate - without_rows(one.found, one.model.random[0].codes == 2)
    assert_allclose(found.iloc[2, 3:].to_numpy(dtype=float), away / one.se, rtol=1e-10)
    assert_allclose(found.cooks_distance[2], away @ np.linalg.solve(one.covariance, away) / 3.0, rtol=1e-10)
    assert one.check().check.tolist() == ["maximum", "influence"]


def test_a_column_that_rests_on_one_group_is_said():
    own = np.where(table()["g"] == "g00", table()["x"], 0.0)
    one = st.fit(st.poisson("k ~ x + own + (1 | g)", table() | {"own": own}))
    with pytest.raises(IdentificationError, match="without 'g00' of 'g'"):
        one.group_influence()
