"""Separated outcomes: what is infinite, with its sign, what stays finite, and no false alarm where outcomes overlap."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as some
from numpy.testing import assert_allclose
from scipy import special

import stattools as st
from stattools.inference.existence import SeparationError, separation
from tests.cases import SOLVERS, rng
from tests.inference.existence import classics
from tests.sizes import examples


@pytest.mark.parametrize("solver", [None, *SOLVERS], ids=lambda s: type(s).__name__)
def test_complete_separation(solver):
    x = np.arange(20.0)
    with pytest.raises(st.IdentificationError, match=r"no maximum: Intercept, dose separate .* completely, so"):
        st.fit(st.logistic(x > 9.5, x, names=["dose"]), solver=solver)


def test_quasi_complete_separation_names_the_columns():
    g = rng(5)
    data = {"x": g.normal(size=80), "rare": (np.arange(80) < 6).astype(float)}
    data["y"] = np.where(data["rare"] == 1, 1, g.integers(0, 2, 80))
    with pytest.raises(st.IdentificationError, match=r"no maximum: rare separates the values of y .*quasi"):
        st.fit(st.logistic("y ~ x + rare", data))


def test_separation_of_one_category_of_three():
    g = rng(6)
    x = g.normal(size=(120, 2))
    y = np.where(x[:, 0] > 0.8, "far", np.where(g.random(120) < 0.5, "a", "b"))
    with pytest.raises(st.IdentificationError, match="no maximum"):
        st.fit(st.softmax(y, x, names=["u", "v"]))


def test_separation_of_counts():
    """No event at all in one group: its log rate runs to minus infinity."""
    g = rng(7)
    data = {"group": ["a", "b"] * 30, "x": g.normal(size=60)}
    data["y"] = [0 if group == "b" else 1 + int(g.poisson(3)) for group in data["group"]]
    with pytest.raises(st.IdentificationError, match=r"no maximum: group\[T.b\]|no maximum: .*group"):
        st.fit(st.poisson("y ~ x + group", data))


def separable(X, y) -> bool:
    """The slow twin: is there a direction d with s_i x_i d >= 0 for all and > 0 for some?"""
    from scipy.optimize import linprog

    A = X * (2 * y - 1)[:, None]
    found = linprog(-A.sum(axis=0), A_ub=-A, b_ub=np.zeros(len(A)), bounds=(-1, 1), method="highs")
    return -found.fun > 1e-7


@settings(max_examples=examples(40), deadline=None)
@given(some.integers(0, 10**6), some.integers(8, 30))
def test_a_fit_is_returned_exactly_when_the_outcomes_overlap(seed, n):
    g = rng(seed)
    X = np.column_stack([np.ones(n), g.normal(size=n), g.integers(0, 2, n)])
    y = (g.random(n) < 1 / (1 + np.exp(-2.5 * X[:, 1]))).astype(float)
    if len(set(y)) == 1 or np.linalg.matrix_rank(X) < 3:
        return
    model = st.logistic(y, X, intercept=False)
    if separable(X, y):
        with pytest.raises(st.IdentificationError, match="no maximum"):
            st.fit(model)
    else:
        assert st.fit(model).solution.decrement <= 1e-8


def test_overlap_with_extreme_predictors_is_no_alarm():
    """|eta| beyond 20 calls the linear program, which finds the overlap."""
    x = np.concatenate([np.linspace(-1, 1, 60), [40.0]])
    y = np.concatenate([(np.linspace(-1, 1, 60) + 0.3 * np.sin(np.arange(60) * 2.1) > 0), [True]])
    fit = st.fit(st.logistic(y, x))
    assert np.abs(fit.model.eta(fit.estimate)).max() > 20


def refused(model) -> SeparationError:
    with pytest.raises(SeparationError) as caught:
        st.fit(model)
    return caught.value


def test_endometrial():
    """R 4: glm(HG ~ NV + PI + EH, binomial) prints these digits, and NV = 18.19 with se 1715.75.

    R was not run here: the numbers are quoted; the gallery's report proves them by the fit to the other 66 tumors.
    """
    error = refused(st.logistic("HG ~ NV + PI + EH", classics.endometrial()))
    found = error.separation
    assert found.kind == "quasi-complete"
    assert found.infinite == {"NV": np.inf}
    assert found.certain.sum() == 13
    table = found.table().set_index("term")
    others = ["Intercept", "PI", "EH"]
    assert_allclose(table.estimate[others], [4.30452, -0.04218, -2.90261], atol=5e-6)  # to the digits printed
    assert_allclose(table.se[others], [1.63730, 0.04433, 0.84555], atol=5e-6)
    assert table.estimate["NV"] == table.se["NV"] == np.inf
    assert_allclose([table.lower["NV"], table.upper["NV"]], [1.2841117901854, np.inf], rtol=1e-9)  # test_suprema.py
    assert np.isnan(table.p_value["NV"])
    parts = ("NV separates the values of HG", "quasi-completely", "NV = inf", "other 3 are finite", "st.Jeffreys()")
    for part in parts:
        assert part in str(error)


def test_sex2():
    model = st.logistic("case ~ age + oc + vic + vicl + vis + dia", classics.sex2())
    found = refused(model).separation
    assert found.infinite == {"dia": np.inf}
    rest = classics.sex2().query("dia == 0")
    overlap = st.fit(st.logistic("case ~ age + oc + vic + vicl + vis", rest))
    assert_allclose(found.table().estimate[:-1], overlap.estimate, rtol=1e-7)
    assert_allclose(
        found.table(0.9)[["se", "lower", "upper"]][:-1], overlap.table(0.9)[["se", "lower", "upper"]], rtol=1e-7
    )
    assert_allclose(found.loglik, overlap.loglik, rtol=1e-12)


def test_iris_is_complete():
    model = st.logistic("species ~ sepal_length + sepal_width + petal_length + petal_width", classics.iris())
    error = refused(model)
    assert error.separation.kind == "complete"
    assert set(error.separation.infinite) == set(model.names)
    assert error.separation.loglik == 0.0
    assert "finite" not in str(error)
    one = refused(st.logistic("species ~ petal_length", classics.iris())).separation
    assert one.infinite == {"Intercept": -np.inf, "petal_length": np.inf}


def test_lizards_overlap():
    """Zero cells and an empty cell, and still a maximum."""
    frame = classics.lizards()
    model = st.logistic("grahami + opalinus ~ high + wide + shady + C(time)", frame)
    assert separation(model) is None
    fit = st.fit(model)
    full = frame[frame.grahami + frame.opalinus > 0]
    ref = sm.GLM(
        full[["grahami", "opalinus"]].to_numpy(), model.design.encode(full), family=sm.families.Binomial()
    ).fit()
    assert_allclose(fit.estimate, ref.params, rtol=1e-6)


def far_fit(model: st.Model, directions, far: float):
    """The slow twin of the limit: the maximum over theta with its part along the first direction held at `far`."""
    from scipy.optimize import minimize

    d = directions / np.abs(directions).max()
    N = np.linalg.svd(d[None, :])[2][1:].T
    found = minimize(
        lambda z: -model.loglik(far * d + N @ z),
        np.zeros(N.shape[1]),
        jac=lambda z: -N.T @ model.score(far * d + N @ z),
        method="BFGS",
        options={"gtol": 1e-10},
    )
    return far * d + N @ found.x, -found.fun


def quasi(kind: str, n: int = 90):
    g = rng(3)
    frame = pd.DataFrame({"x": g.normal(size=n), "rare": (np.arange(n) < 9).astype(int)})
    base = frame.x + 0.5 * g.normal(size=n)
    if kind in ("logistic", "probit"):
        frame["y"] = np.where(frame.rare == 1, 0, (base + g.logistic(size=n) > 0).astype(int))
        return getattr(st, kind)("y ~ x + rare", frame), {"rare": -np.inf}
    if kind == "grouped":
        frame["s"] = np.where(frame.rare == 1, 4, g.binomial(4, special.expit(base)))
        frame["f"] = 4 - frame.s
        return st.logistic("s + f ~ x + rare", frame), {"rare": np.inf}
    if kind == "softmax":
        frame["y"] = np.array(list("abc"))[np.where(frame.rare == 1, g.integers(0, 2, n), g.integers(0, 3, n))]
        return st.softmax("y ~ x + rare", frame), {"c: rare": -np.inf}
    if kind == "softmax, the reference lost":
        frame["y"] = np.array(list("abc"))[np.where(frame.rare == 1, g.integers(1, 3, n), g.integers(0, 3, n))]
        return st.softmax("y ~ x + rare", frame), {"b: rare": np.inf, "c: rare": np.inf}
    frame["y"] = np.where(frame.rare == 1, 0, g.negative_binomial(1, 1 / (1 + np.exp(1 + base))))
    return getattr(st, kind)("y ~ x + rare", frame), {"rare": -np.inf}


KINDS = ["logistic", "probit", "grouped", "softmax", "softmax, the reference lost", "poisson", "negative_binomial"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_finite_part_is_the_limit_of_the_likelihood(kind):
    model, infinite = quasi(kind)
    found = separation(model)
    assert found is not None
    assert found.infinite == infinite
    assert found.kind == "quasi-complete"
    assert found.solution.decrement <= 1e-8
    direction = np.zeros(len(model.names))
    direction[: found.directions.shape[1]] = found.directions[0]
    far = 8.0 if kind == "probit" else 30.0
    theta, loglik = far_fit(model, direction, far)
    assert_allclose(found.loglik, loglik, rtol=1e-9)
    finite = np.isfinite(found.solution.estimate)
    assert_allclose(found.solution.estimate[finite], theta[finite], rtol=1e-4, atol=1e-5)  # BFGS's accuracy
    information = model.information(theta)  # of the finite coefficients, the infinite ones held far out
    if len(infinite) == 1:
        se = np.sqrt(np.diagonal(np.linalg.inv(information[np.ix_(finite, finite)])))
        assert_allclose(found.table().se[finite], se, rtol=1e-4)
    assert refused(model).separation.infinite == infinite


def test_softmax_says_category_and_term():
    table = separation(quasi("softmax")[0]).table()
    assert list(table.columns[:3]) == ["category", "term", "estimate"]
    lost = table[(table.category == "c") & (table.term == "rare")]
    assert lost.estimate.item() == -np.inf


def test_two_categories_are_the_logistic_separation():
    frame = classics.endometrial()
    frame["grade"] = np.where(frame.HG == 1, "high", "at most medium")
    a = separation(st.softmax("grade ~ NV + PI + EH", frame)).table()
    b = separation(st.logistic("grade ~ NV + PI + EH", frame)).table()
    assert_allclose(a[["estimate", "se"]], b[["estimate", "se"]], rtol=1e-8)


def test_directions_one_within_the_other():
    """x separates all but a tie at 0, and z then separates the tie: complete, found in two steps."""
    x = np.array([-2.0, -1, 0, 0, 0, 0, 1, 2])
    z = np.array([3.0, -3, -2, -1, 1, 2, -5, 4])
    found = separation(
        st.logistic([0, 0, 0, 0, 1, 1, 1, 1], np.column_stack([x, z]), intercept=False, names=["x", "z"])
    )
    assert found.kind == "complete"
    assert found.infinite == {"x": np.inf, "z": np.inf}


def test_rows_of_weight_zero_do_not_count():
    frame = classics.endometrial()
    extra = pd.DataFrame({"NV": [1.0], "PI": [15.0], "EH": [1.5], "HG": [0.0]})
    both = pd.concat([frame, extra], ignore_index=True)
    assert separation(st.logistic("HG ~ NV + PI + EH", both)) is None
    weights = np.ones(len(both))
    weights[-1] = 0
    found = separation(st.logistic("HG ~ NV + PI + EH", both, weights=weights))
    assert found.infinite == {"NV": np.inf}
    assert_allclose(found.table().estimate[0], 4.30452, atol=5e-6)


@pytest.mark.parametrize("shift", [(1e6, 1e4), (1e-5, -3.0)])
def test_units_and_origins_of_columns_change_no_sign(shift):
    frame = classics.endometrial()
    a = separation(st.logistic("HG ~ NV + PI + EH", frame)).table()
    moved = frame.assign(PI=shift[0] * frame.PI + shift[1], EH=shift[0] * frame.EH)
    b = separation(st.logistic("HG ~ NV + PI + EH", moved))
    assert b.infinite == {"NV": np.inf}
    assert_allclose(b.table().estimate[2:] * shift[0], a.estimate[2:], rtol=1e-6)
    assert_allclose(b.table().se[2:] * shift[0], a.se[2:], rtol=1e-6)


def test_a_model_without_outcomes_to_separate():
    assert separation(st.ols([1.0, 2.0, 4.0], [1.0, 2.0, 3.0])) is None


def test_the_message_offers_the_penalty_that_can_be_had():
    model, _ = quasi("negative_binomial")
    assert "Use penalty=st.Jeffreys(), leave out or merge" in str(refused(model))
    assert np.isfinite(st.fit(model, penalty=st.Jeffreys()).se).all()
    groups = {"k": [0, 0, 0, 3, 5, 2], "n": [6, 5, 4, 7, 9, 5], "g": list("aaabbb")}
    assert "Use penalty=st.Ridge(strength)" in str(refused(st.beta_binomial("k ~ g", groups, trials="n")))


def test_level_of_the_table():
    with pytest.raises(st.DomainError, match=r"level is a probability between 0 and 1, such as 0.95; got 95"):
        separation(st.logistic([0, 0, 1, 1], [1.0, 2, 3, 4])).table(95)


def test_str():
    text = str(separation(st.logistic([0, 0, 1, 1], [1.0, 2, 3, 4], names=["dose"])))
    assert text == "complete separation of y: Intercept = -inf, dose = inf"


def test_what_is_not_determined_is_told_in_words():
    """Two rows and four columns, of which one is 0."""
    model = st.logistic([0, 1], np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]), names=["p", "zero", "q"])
    found = st.separation(model)
    assert "zero is not determined" in found.sentence
    assert np.isnan(found.infinite["zero"])
