"""Aliased columns are named with their combination; nearly aliased ones are not."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy import stats

import stattools as st
from stattools.inference.existence.rank import check_rank, pieces
from tests.cases import SOLVERS, rng


def table(n: int = 60):
    g = rng(0)
    a, b = g.normal(50, 10, n), g.normal(0, 1, n)
    return {
        "a": a,
        "b": b,
        "c": 2 * a - 3 * b + 4,
        "d": np.full(n, 7.0),
        "y": g.normal(size=n),
        "z": g.integers(0, 2, n),
    }


@pytest.mark.parametrize("solver", [None, *SOLVERS], ids=lambda s: type(s).__name__)
@pytest.mark.parametrize("make", [st.ols, st.logistic], ids=lambda f: f.__name__)
def test_aliased_columns_are_named_with_their_combination(make, solver):
    outcome = "y" if make is st.ols else "z"
    with pytest.raises(st.IdentificationError) as caught:
        st.fit(make(f"{outcome} ~ a + b + c + d", table()), solver=solver)
    assert "c = 4 Intercept + 2 a - 3 b" in str(caught.value)
    assert "d = 7 Intercept" in str(caught.value)
    assert "cannot tell 2 of its 5 columns" in str(caught.value)


def test_a_zero_column_and_a_duplicate():
    g = rng(1)
    x = g.normal(size=20)
    with pytest.raises(st.IdentificationError, match=r"zero = 0; twin = x"):
        st.fit(st.ols(g.normal(size=20), np.column_stack([np.zeros(20), x, x]), names=["zero", "x", "twin"]))


def test_dummy_trap():
    g = rng(2)
    kind = np.array(list("abc"))[g.integers(0, 3, 40)]
    X = np.column_stack([kind == level for level in "abc"]).astype(float)
    with pytest.raises(st.IdentificationError, match=r"c = Intercept - a - b"):
        st.fit(st.ols(g.normal(size=40), X, names=["a", "b", "c"]))


def test_nearly_aliased_is_not_aliased():
    """1e-6 apart, in columns of odd scales and a large offset: still two columns."""
    g = rng(3)
    x = g.normal(size=200)
    X = np.column_stack([x, x + 1e-6 * g.normal(size=200), 1e8 + g.normal(size=200), 1e-9 * g.normal(size=200)])
    for model in (st.ols(g.normal(size=200), X), st.logistic(g.integers(0, 2, 200), X)):
        assert st.fit(model).solution.converged
    X[:, 1] = x + 1e-9 * g.normal(size=200)  # seven digits are known of the difference
    check_rank(st.ols(g.normal(size=200), X[:, :2]))


def test_more_coefficients_than_rows():
    g = rng(4)
    with pytest.raises(st.IdentificationError, match=r"has 6 coefficients and only 4 rows"):
        st.fit(st.ols(g.normal(size=4), g.normal(size=(4, 5))))
    with pytest.raises(st.IdentificationError, match=r"3 coefficients and 3 rows: the fit is exact"):
        st.fit(st.ols(g.normal(size=3), g.normal(size=(3, 2))))


def test_splines_that_both_contain_the_constant_say_how_to_center_one():
    x = np.linspace(0.0, 1.0, 30)
    data = {"x": x, "z": x**2 % 0.3, "y": np.sin(9 * x)}
    with pytest.raises(st.IdentificationError, match="Write constraints='center' into the spline"):
        st.fit(st.ols("y ~ 0 + cr(x, df=4) + cr(z, df=4)", data))
    assert len(st.fit(st.ols("y ~ 0 + cr(x, df=4) + cr(z, df=4, constraints='center')", data)).estimate) == 8


@pytest.fixture(scope="module")
def lines():
    g = rng(11)
    frame = pd.DataFrame({"x": g.normal(size=300), "g": np.array(list("abc"))[np.arange(300) % 3]})
    y = np.where(g.random(300) < 0.4, 0, g.poisson(np.exp(0.5 + 0.3 * frame.x)))
    none, one = np.where(frame.g == "a", 0, y), np.where((frame.g == "b") & (y > 0), 1, y)
    return frame.assign(y=y, none=none, one=one, w=g.integers(1, 4, 300), o=0.1 * g.normal(size=300))


@pytest.mark.parametrize("family", ["poisson", "negative-binomial"])
def test_log_likelihoods_of_pieces_add_up(lines, family):
    model = st.hurdle("y ~ x", lines, zero="~ g", family=family, weights="w", offset="o")
    theta = rng(1).normal(size=len(model.names))
    parts = [model.predictor.parts[k] for k in range(model.predictor.width)]
    at = [theta[parts[1]], np.concatenate([theta[parts[0]], *(theta[part] for part in parts[2:])])]
    found = sum(piece.loglik(part) for piece, part in zip(pieces(model), at, strict=True))
    assert_allclose(found, model.loglik(theta), rtol=1e-12)
    assert pieces(model)[0].names == ("zero: Intercept", "zero: g[T.b]", "zero: g[T.c]")


def test_zeros_that_columns_tell_are_infinite_coefficients_by_name(lines):
    model = st.hurdle("none ~ x", lines, zero="~ g")
    with pytest.raises(st.SeparationError, match=r"zero: Intercept = inf, zero: g\[T.b\] = -inf") as caught:
        st.fit(model)
    assert "Jeffreys" not in str(caught.value)  # which it does not have
    found = st.separation(model)
    assert found is not None
    assert caught.value.separation.infinite == found.infinite


def test_counts_of_one_that_columns_tell_are_infinite_coefficients_by_name(lines):
    with pytest.raises(st.SeparationError, match=r"g\[T.b\] separates no one above 1 .*g\[T.b\] = -inf"):
        st.fit(st.hurdle("one ~ x + g", lines))


def test_columns_that_positive_counts_do_not_tell_apart_are_named(lines):
    with pytest.raises(st.IdentificationError, match=r"of positive counts cannot tell 1 of its 4 .*g\[T.c\] = Interc"):
        st.fit(st.hurdle("none ~ x + g", lines))


def test_weights_of_zero_leave_no_zeros(lines):
    weights = (lines.y > 0).astype(int)
    with pytest.raises(st.SeparationError, match="zero = -inf"):
        st.fit(st.hurdle("y ~ x", lines, weights=weights))


def test_other_likelihoods_are_one_piece(lines):
    assert pieces(st.poisson("y ~ x", lines)) == []


def test_dozens_of_aliased_columns_and_of_parts_are_counted_and_not_listed():
    """An error is one that can be read: products of 20 levels and 20 have dozens of columns without a row."""
    r = rng(0)
    n = 600
    table = {"g": r.integers(0, 20, n), "h": r.integers(0, 20, n), "y": r.normal(size=n), "x": np.full(n, 2.0)}
    with pytest.raises(st.IdentificationError, match=r" and \d+ more") as caught:
        st.fit(st.ols("y ~ C(g):C(h)", table))
    assert len(str(caught.value)) < 1000
    with pytest.raises(st.IdentificationError, match=r" and \d+ more") as caught:
        st.fit(st.ols("y ~ C(g):x", table))
    assert len(str(caught.value)) < 1000


def _beside_another_fault():
    """Outcomes whose fits have other reasons to fail, which the climb along aliased columns might tell first."""
    g = rng(12)
    a, b = g.normal(size=60), 2.0 + 0.5 * g.normal(size=60)
    return pd.DataFrame(
        {
            "a": a, "b": b, "normal": a + g.normal(size=60), "flat": g.uniform(-1.0, 1.0, 60), "up": (a > 0) * 1,
            "even": g.binomial(9, 0.7, 60), "none": g.poisson(9.0, 60) % 9, "exact": np.exp(a),
            "third": np.digitize(a, [-0.5, 0.5]), "time": np.exp(-a), "seen": 1, "set": np.arange(60) // 2,
            "case": np.arange(60) % 2, "coin": g.integers(0, 2, 60), "some": g.poisson(2.0, 60) * (a < 0),
        }
    )  # fmt: skip


OWN = {
    "normal": (stats.norm, {"loc": "identity", "scale": "log"}),
    "flat": (stats.t, {"loc": "identity", "scale": "log", "df": "log"}),
    "up": (stats.bernoulli, {"p": "logit"}),
    "even": (stats.nbinom, {"n": "log", "p": "logit"}),
}
BESIDE_ANOTHER_FAULT = {
    **{
        f"own {y}": lambda columns, table, y=y, law=law: st.regression(
            f"{y} ~ {columns}", table, st.likelihood(law[0], parameters=law[1])
        )
        for y, law in OWN.items()
    },
    "no overdispersion": lambda columns, table: st.negative_binomial(f"even ~ {columns}", table),
    "a dispersion": lambda columns, table: st.negative_binomial("even ~ b", table, dispersion=f"~ {columns}"),
    "no extra zeros": lambda columns, table: st.zero_inflated(f"none ~ {columns}", table),
    "extra zeros": lambda columns, table: st.zero_inflated("none ~ b", table, zero=f"~ {columns}"),
    "times in line": lambda columns, table: st.aft(f"survival(time, seen) ~ {columns}", table),
    "exact gamma": lambda columns, table: st.gamma(f"exact ~ {columns}", table),
    "exact normal": lambda columns, table: st.glm(f"exact ~ {columns}", table, family="normal", link="log"),
    "an edge": lambda columns, table: st.glm(f"some ~ {columns}", table, family="poisson", link="identity"),
    "separated": lambda columns, table: st.logistic(f"up ~ {columns}", table),
    "separated labels": lambda columns, table: st.ordinal(f"third ~ {columns}", table),
    "separated hazards": lambda columns, table: st.cox(f"survival(time, seen) ~ {columns}", table),
    "matched sets": lambda columns, table: st.conditional_logit(f"case ~ {columns}", table, strata="set"),
    "groups": lambda columns, table: st.logistic(f"up ~ {columns} + (1 | set)", table),
}  # fmt: skip


@pytest.mark.parametrize("columns", ["a + I(2 * a) + b", "b + a + I(a / 3)", "a + b + I(a - 3 * b)"])
@pytest.mark.parametrize("name", BESIDE_ANOTHER_FAULT)
def test_aliased_columns_are_the_reason_whatever_else_is_wrong(name, columns):
    """The reason was that of where the climb ended, which was round-off: half of these told another one, and which half
    hung on the processor.
    """
    for rows in (60, 24):
        model = BESIDE_ANOTHER_FAULT[name](columns, _beside_another_fault()[:rows])
        with pytest.raises(st.IdentificationError, match="cannot tell 1 of its"):
            st.fit(model)


@pytest.mark.parametrize("columns", ["a + I(2 * a) + b", "b + a + I(a / 3)", "a + b + I(a - 3 * b)"])
@pytest.mark.parametrize("outcome", ["coin", "up"])
def test_a_jeffreys_penalty_gives_aliased_columns_no_coefficients(outcome, columns):
    """On some processors a fit was printed, with a reciprocal condition of 2e-6."""
    for scale in (1.0, 0.1, 7.3):
        table = _beside_another_fault()
        model = st.logistic(f"{outcome} ~ {columns}", table.assign(a=scale * table.a))
        with pytest.raises(st.IdentificationError, match="cannot tell 1 of its"):
            st.fit(model, penalty=st.Jeffreys())
