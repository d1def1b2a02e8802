"""Columns beside levels that are codes, less what the levels make of them."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.data.rows.standardization import within_levels
from stattools.validation.verifier import verify
from tests.columns import indicators
from tests.data.rows.test_standard_slopes import N, slopes


def columns(constant):
    rng = np.random.default_rng(1)
    first = np.full(N, 2.0) if constant else rng.standard_normal(N)
    others = np.column_stack([first, 1e6 + 50 * rng.standard_normal(N)])
    return indicators(others, rng.integers(-1 if constant else 0, 4, N), 4, 1)


@pytest.mark.parametrize("kind", [columns, slopes, lambda constant: slopes(constant, ones=False)])
@pytest.mark.parametrize("constant", [True, False])
@pytest.mark.parametrize("weight", [None, np.arange(N) % 3 + 0.0], ids=["alone", "weighted"])
def test_they_are_the_columns_times_the_map_and_orthogonal_to_those_of_the_levels(kind, constant, weight):
    X, w = kind(constant), np.ones(N) if weight is None else weight
    Z, T = within_levels(X, weight)
    A, M = np.asarray(X), np.asarray(T)
    assert (np.abs(np.asarray(Z) - A @ M) <= 1e-13 * np.abs(A) @ np.abs(M) + 1e-12).all()
    assert_allclose(Z.gram(w).B[:, 1], 0.0, atol=1e-9)
    rest = Z.others[:, 1]
    assert_allclose(w @ rest**2 / w.sum(), 1.0, rtol=1e-9)
    without = Z.codes < 0
    if constant and without.any():
        assert_allclose((w * rest)[without].sum(), 0.0, atol=1e-8)
    theta = np.random.default_rng(2).standard_normal(len(M))
    assert_allclose(T @ T.solve(theta), theta, rtol=1e-4, atol=1e-4)  # x and x x of a level are nearly dependent


def test_a_column_that_is_the_same_in_each_level_is_0():
    X = columns(True)
    levels = np.arange(5.0)[X.codes]
    for values in (levels, 1e6 + levels / 3.0):
        others = np.column_stack([X.others[:, 0], values])
        Z, _ = within_levels(indicators(others, X.codes, 4, 1), None)
        assert not Z.others[:, 1].any()


LEVELS, SIZE = 400, 9


def hardly(varies, seed=0):
    """x that differs between the levels of g by about 1 and within them by a part of that."""
    r = np.random.default_rng(seed)
    g = np.repeat(np.arange(LEVELS), SIZE)
    eta = 0.3 * r.normal(size=LEVELS)[g]
    x, z = r.normal(size=LEVELS)[g] + varies * r.normal(size=len(g)), r.normal(size=len(g))
    y, k, b = eta + r.normal(size=len(g)), r.poisson(3.0 * np.exp(eta)), np.tile([0, 1, 1], len(g) // 3)
    return {"x": x, "z": z, "y": y, "k": k, "b": b, "g": np.array([f"l{j:03}" for j in range(LEVELS)])[g]}, g


def rest_of(values, weight, g):
    """Values less their weighted means by level, in long double."""
    sums, counts = np.zeros(LEVELS, np.longdouble), np.zeros(LEVELS, np.longdouble)
    np.add.at(sums, g, np.longdouble(weight) * np.longdouble(values))
    np.add.at(counts, g, np.longdouble(weight))
    return np.longdouble(values) - (sums / counts)[g]


@pytest.mark.parametrize("varies", [1e-3, 1e-6, 1e-8])
def test_least_squares_have_the_digits_of_what_varies_within_levels(varies):
    """Frisch and Waugh in long double. At 1e-6 a standard error was off by 4e-4; at 1e-8 the fit was refused."""
    table, g = hardly(varies)
    fit = st.fit(st.ols("y ~ x + C(g)", table))
    x, y = (rest_of(table[name], np.ones(len(g)), g) for name in "xy")
    slope = x @ y / (x @ x)
    s2 = ((y - slope * x) ** 2).sum() / (len(g) - LEVELS - 1)
    at = fit.names.index("x")
    lost = 1e-15 / varies  # digits of x that its differences within levels do not have
    assert_allclose(fit.se[at], float(np.sqrt(s2 / (x @ x))), rtol=1e-11 + lost)
    assert_allclose(fit.estimate[at], float(slope), atol=(1e-11 + lost) * fit.se[at])


@pytest.mark.parametrize("varies", [1e-6, 1e-8])
def test_beside_slopes_by_level_too(varies):
    table, g = hardly(varies, 2)
    fit = st.fit(st.ols("y ~ x + z*C(g)", table))
    z = rest_of(table["z"], np.ones(len(g)), g)

    def rest(values):
        left = rest_of(values, np.ones(len(g)), g)
        for _ in range(2):
            over = np.zeros((2, LEVELS), np.longdouble)
            np.add.at(over[0], g, z * left)
            np.add.at(over[1], g, z * z)
            left = left - z * (over[0] / over[1])[g]
        return left

    x, y = rest(table["x"]), rest(table["y"])
    slope = x @ y / (x @ x)
    s2 = ((y - slope * x) ** 2).sum() / (len(g) - 2 * LEVELS - 1)
    at = fit.names.index("x")
    assert_allclose(fit.se[at], float(np.sqrt(s2 / (x @ x))), rtol=1e-14 / varies)
    assert_allclose(fit.estimate[at], float(slope), atol=1e-14 / varies * fit.se[at])


@pytest.mark.parametrize("family", ["poisson", "logistic"])
@pytest.mark.parametrize("varies", [1e-6, 1e-8])
def test_regressions_with_weights_that_the_fit_makes_have_them_too(family, varies):
    table, g = hardly(varies, 1)
    fit = st.fit(st.poisson("k ~ x + C(g)", table) if family == "poisson" else st.logistic("b ~ x + C(g)", table))
    mean = np.asarray(fit.predict())
    w = mean if family == "poisson" else mean * (1.0 - mean)
    x = rest_of(table["x"], w, g)
    at = fit.names.index("x")
    assert_allclose(fit.se[at], float(1.0 / np.sqrt((w * x**2).sum())), rtol=1e-14 / varies)
    robust = st.fit(fit.model, cov="HC0").se[at]
    outcome = table["k" if family == "poisson" else "b"]
    meat = ((x * (outcome - mean)) ** 2).sum()
    assert_allclose(robust, float(np.sqrt(meat) / (w * x**2).sum()), rtol=1e-13 / varies)


def test_what_does_not_vary_within_levels_is_named():
    table, _ = hardly(0.0)
    with pytest.raises(st.IdentificationError, match=r"x is the same in all rows of each level of C\(g\)"):
        st.fit(st.ols("y ~ x + C(g)", table))


FEW = 12


def dense(varies):
    """A factor of few levels, whose columns are in memory, and a copy whose x is less its mean of each level."""
    r = np.random.default_rng(5)
    g, u = np.repeat(np.arange(FEW), 60), r.normal(size=FEW * 60)
    x = r.normal(size=FEW)[g] + varies * r.normal(size=len(g))
    eta = 0.3 * u + 0.2 * r.normal(size=FEW)[g]
    table = {
        "x": x, "u": u, "g": np.array([f"l{j:02}" for j in range(FEW)])[g], "r": eta + r.normal(size=len(g)),
        "k": r.poisson(np.exp(eta)), "b": (r.random(len(g)) < 1.0 / (1.0 + np.exp(-eta))).astype(int),
        "p": r.gamma(2.0, np.exp(eta)), "t": r.weibull(1.5, len(g)) * np.exp(eta), "d": np.tile([0, 1, 1], len(g) // 3),
        "o": np.digitize(eta + r.logistic(size=len(g)), [-1, 0, 1]),
    }  # fmt: skip
    means = np.array([np.longdouble(x[g == j]).sum() / 60 for j in range(FEW)])
    return table, {**table, "x": np.asarray((np.longdouble(x) - means[g]) / varies, dtype=float)}


DENSE = {
    "poisson": lambda d: st.poisson("k ~ x + C(g) + u", d),
    "logistic": lambda d: st.logistic("b ~ C(g) + u + x", d),
    "gamma of two formulas": lambda d: st.glm(
        "p ~ x + C(g) + u", d, family="gamma", link="log", dispersion="~ u"
    ),
    "negative binomial": lambda d: st.negative_binomial("k ~ x + C(g) + u", d),
    "ordinal": lambda d: st.ordinal("o ~ x + C(g) + u", d),
    "partly parallel": lambda d: st.ordinal("o ~ x + C(g) + u", d, nonparallel=["u"]),
    "softmax": lambda d: st.softmax("o ~ x + C(g) + u", d),
    "Weibull": lambda d: st.aft("survival(t, d) ~ x + C(g) + u", d, scale="~ u"),
    "hurdle": lambda d: st.hurdle("k ~ x + C(g) + u", d, zero="~ u"),
    "slopes": lambda d: st.poisson("k ~ x + C(g)*u", d),
    "weighted": lambda d: st.logistic("b ~ x + C(g) + u", d, weights=np.arange(FEW * 60) % 3 + 1.0),
}  # fmt: skip


@pytest.mark.parametrize("name", DENSE)
@pytest.mark.parametrize("varies", [1e-6, 1e-8])
def test_beside_columns_of_few_levels_they_are_those_of_columns_about_the_means_of_the_levels(name, varies):
    """At 1e-6 standard errors of Poisson regressions were off by 8e-5, of others by 2e-3; at 1e-8 all were refused."""
    far, near = (st.fit(DENSE[name](table)) for table in dense(varies))
    at = [k for k, term in enumerate(far.names) if term.endswith("x")]
    assert_allclose(far.se[at] * varies, near.se[at], rtol=1e-16 / varies**1.1 + 1e-11)
    assert_allclose(
        far.estimate[at] * varies / near.se[at], near.estimate[at] / near.se[at], atol=1e-15 / varies + 1e-9
    )


@pytest.mark.parametrize("outcome", ["r", "k"])
@pytest.mark.parametrize("cov", ["HC0", "HC3", st.Cluster(np.arange(FEW * 60) // 8), st.HAC(3)], ids=str)
def test_their_robust_standard_errors_too(outcome, cov):
    """At 1e-6 they were off by up to 7e-3; HC0 of least squares was refused at 1e-8."""
    make = st.ols if outcome == "r" else st.poisson
    for varies in (1e-6, 1e-8):
        far, near = (st.fit(make(f"{outcome} ~ x + C(g) + u", table), cov=cov) for table in dense(varies))
        at = far.names.index("x")
        assert_allclose(far.se[at] * varies, near.se[at], rtol=1e-15 / varies)


def test_their_distances_of_cook_too():
    """They do not depend on the columns that say the same. At 1e-6 they were off by 2.5e-3."""
    for make, outcome in ((st.ols, "r"), (st.logistic, "b")):
        far, near = (st.fit(make(f"{outcome} ~ x + C(g) + u", table)).cooks_distance() for table in dense(1e-6))
        assert_allclose(far, near, rtol=1e-6, atol=1e-9 * near.max())


@pytest.mark.parametrize("family", ["ols", "poisson"])
def test_beside_slopes_by_level_a_column_that_follows_another_in_each_level_has_its_digits(family):
    """x = a_g + b_g z + 1e-8 noise: in the reference level z is a column among the others. Both were refused."""
    table, g = hardly(1.0, 4)
    rng = np.random.default_rng(6)
    noise = rng.normal(size=len(g))
    near = {**table, "x": noise}
    far = {**table, "x": 0.5 + table["z"] * (1.0 + 0.1 * g) + 1e-6 * noise}
    outcome, make = ("y", st.ols) if family == "ols" else ("k", st.poisson)
    one, other = (st.fit(make(f"{outcome} ~ x + z*C(g)", each)) for each in (far, near))
    at = one.names.index("x")
    assert_allclose(one.se[at] * 1e-6, other.se[at], rtol=1e-8)


DERIVED = {
    "means": lambda fit: fit.predict(interval=0.95),
    "averages": lambda fit: fit.means("u", values=[0.0, 1.0]).se,
    "contrasts": lambda fit: fit.contrasts("u", values=[0.0, 1.0]).se,
    "effects": lambda fit: fit.marginal_effects(variables=["u"]).se,
    "a test": lambda fit: fit.test(np.eye(len(fit.names))[[k for k, n in enumerate(fit.names) if n[-1] in "ux"]]),
}


def numbers(answer):
    if hasattr(answer, "statistic"):
        return np.array([answer.statistic])
    return np.asarray(answer[["lower", "upper"]] if hasattr(answer, "columns") else answer, dtype=float)


@pytest.mark.parametrize("name", DENSE)
@pytest.mark.parametrize("cov", ["information", "HC3", st.Cluster(np.arange(FEW * 60) // 8)], ids=str)
def test_what_is_derived_from_the_covariance_has_its_digits_too(name, cov):
    """Intervals of predictions were off by 1e-5 to 5e-5 of a standard error, and refused at 1e-8."""
    far, near = (st.fit(DENSE[name](table), cov=cov) for table in dense(1e-6))
    for ask in DERIVED.values():
        assert_allclose(numbers(ask(far)), numbers(ask(near)), rtol=5e-8, atol=1e-8)


@pytest.mark.parametrize("outcome", ["r", "k"])
def test_rows_in_files_have_them_too(outcome, tmp_path):
    make = st.ols if outcome == "r" else st.poisson
    far, near = dense(1e-6)
    pd.DataFrame(far).to_parquet(tmp_path / "far.parquet")
    there = st.fit(make(f"{outcome} ~ x + C(g) + u", st.scan(tmp_path / "far.parquet")))
    here = st.fit(make(f"{outcome} ~ x + C(g) + u", near))
    found = there.predict(far, kind="link", interval=0.95)
    assert_allclose(found, here.predict(near, kind="link", interval=0.95), rtol=0.0, atol=1e-8)


@pytest.mark.parametrize("name", DENSE)
def test_regressions_in_files_have_them_down_to_a_part_of_1e_8(name, tmp_path):
    """All of them were refused: the data do not determine x, or no maximum was found."""
    far, near = dense(1e-8)
    pd.DataFrame(far).to_parquet(tmp_path / "far.parquet", row_group_size=700)
    weights = {"weights": "w"} if name == "weighted" else {}
    if weights:
        pd.DataFrame({**far, "w": np.arange(FEW * 60) % 3 + 1}).to_parquet(tmp_path / "far.parquet", row_group_size=700)
    make = (lambda d: st.logistic("b ~ x + C(g) + u", d, **weights)) if weights else DENSE[name]
    there, here = st.fit(make(st.scan(tmp_path / "far.parquet"))), st.fit(DENSE[name](near))
    at = [k for k, term in enumerate(there.names) if term.endswith("x")]
    assert_allclose(there.se[at] * 1e-8, here.se[at], rtol=1e-6)
    assert_allclose(there.estimate[at] * 1e-8, here.estimate[at], rtol=0.0, atol=1e-6 * here.se[at].max())


def test_a_saved_fit_keeps_them_and_is_verified(tmp_path):
    far, _ = dense(1e-6)
    fit = st.fit(st.poisson("k ~ x + C(g) + u", far))
    fit.save(tmp_path / "fit", design=True)
    again = st.load(tmp_path / "fit").predict(far, interval=0.95)
    assert_allclose(again, fit.predict(far, interval=0.95), rtol=1e-14)
    assert all(check.ok for check in verify(tmp_path / "fit"))


@pytest.mark.parametrize("varies", [1e-6, 1e-8])
@pytest.mark.parametrize("family", ["poisson", "logistic"])
def test_firths_penalty_does_not_depend_on_how_little_a_column_varies(family, varies):
    """Newton's steps stopped 0.003 to 0.3 standard errors from the maximum, and the fit was refused."""
    few, less = (st.fit(DENSE[family](table), penalty=st.Jeffreys()) for table in dense(varies))
    at, lost = few.names.index("x"), 1e-13 / varies
    assert_allclose(few.se[at] * varies, less.se[less.names.index("x")], rtol=lost)
    assert_allclose(few.estimate[at] * varies, less.estimate[less.names.index("x")], atol=lost * less.se.max())
