import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.errors import DomainError, IdentificationError
from tests.inference.mixed.balanced import BETWEEN, MEAN, MEANS, J, N, fitted


def test_a_group_of_a_balanced_layout_moves_the_mean_as_its_own_does():
    frame = fitted().group_influence()
    falls = MEAN - (MEAN * J - MEANS) / (J - 1)
    se = np.sqrt(BETWEEN / (J * N))
    assert frame["n"].tolist() == [N] * J
    assert_allclose(frame["se_Intercept"], falls / se, rtol=1e-8)
    assert_allclose(frame["cooks_distance"], (falls / se) ** 2, rtol=1e-8)


@pytest.mark.parametrize(("formula", "group"), [("(1 | a/b)", "a"), ("(1 | a/b)", "a:b"), ("(1 | a) + (1 | c)", "c")])
def test_groups_left_out_are_rows_left_out_at_the_same_variances(formula, group):
    r = np.random.default_rng(8)
    t = pd.DataFrame({"a": r.integers(0, 4, 60), "b": r.integers(0, 3, 60), "c": r.integers(0, 5, 60)})
    t["x"] = r.normal(size=60)
    t["y"] = t.x + 2.0 * r.normal(size=4)[t.a] + r.normal(size=5)[t.c] + r.normal(size=60)
    fit = st.fit(st.linear_mixed(f"y ~ x + {formula}", t))
    frame = fit.group_influence(group)
    model = fit.model
    V = fit.found.s2 * np.eye(60)
    for term, covariance in zip(model.random, fit.found.covariances, strict=True):
        V += covariance[0, 0] * (term.codes[:, None] == term.codes)
    codes = next(term.codes for term in model.random if term.group == group)
    for j in (0, 2):
        some = codes != j
        solved = np.linalg.solve(V[np.ix_(some, some)], np.column_stack([model.X, model.y])[some])
        beta = np.linalg.solve(model.X[some].T @ solved[:, :-1], model.X[some].T @ solved[:, -1])
        moved = fit.estimate - beta
        assert_allclose(frame[["se_Intercept", "se_x"]].to_numpy()[j], moved / fit.se, rtol=1e-7)
        assert_allclose(frame["cooks_distance"][j], moved @ np.linalg.solve(fit.covariance, moved) / 2.0, rtol=1e-7)


def test_a_group_that_alone_determines_an_effect_is_named():
    t = {"y": [1.0, 3.0, 4.0, 2.0, 7.0, 9.0, 5.0, 6.0], "x": [0, 0, 0, 0, 1, 2, 0, 0], "g": list("aabbccdd")}
    fit = st.fit(st.linear_mixed("y ~ x + (1 | g)", t))
    with pytest.raises(IdentificationError, match="without 'c' of 'g'"):
        fit.group_influence()


def test_the_grouping_is_named_where_there_are_several():
    fit = st.fit(
        st.linear_mixed(
            "y ~ 1 + (1 | a) + (1 | b)", {"y": [1, 2, 4, 3, 5, 9], "a": [0, 0, 1, 1, 2, 2], "b": [0, 1] * 3}
        )
    )
    with pytest.raises(DomainError, match="needs one of the groups 'a', 'b'; got None"):
        fit.group_influence()
