"""Linear predictors of some of the columns, and those of several parameters beside levels that are kept as codes."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import stattools as st
from stattools.data.design import design
from stattools.errors import IdentificationError
from stattools.inference.existence import SeparationError
from stattools.inference.hypotheses.anova import RestrictedMaximum
from stattools.models.predictor import among
from stattools.numerics.columns import BesideOnes, Columns


def table(n=280):
    """Rows in seven groups, with outcomes of several kinds."""
    rng = np.random.default_rng(11)
    g, x, z = np.arange(n) % 7, rng.standard_normal(n), rng.standard_normal(n)
    eta = 0.3 * (g - 3) + 0.4 * x
    return {
        "g": g,
        "h": np.arange(n) % 40,
        "x": x,
        "z": z,
        "year": 2000.0 + z,
        "age": 40.0 + 2.0 * z,
        "k": np.array(["a", "b", "c"])[rng.integers(0, 3, n)],
        "w": rng.integers(1, 4, n) * 1.0,
        "time": np.exp(eta) * rng.weibull(1.5, n) + 1e-3,
        "seen": (rng.random(n) < 0.7) * 1,
        "label": np.digitize(eta + rng.logistic(size=n), [-1.0, 0.5, 2.0]),
        "count": np.where(rng.random(n) < 0.3, 0, rng.poisson(np.exp(1.5 + 0.5 * eta))),
        "spread": np.where(rng.random(n) < 0.3, 0, rng.negative_binomial(2, 0.3, n)),
    }


MODELS = {
    "times": lambda rows: st.aft("survival(time, seen) ~ C(g) + x", rows, scale="~ year + x"),
    "times without a constant": lambda rows: st.aft("survival(time, seen) ~ 0 + C(g) + x", rows, scale="~ 0 + z"),
    "labels": lambda rows: st.ordinal("label ~ C(g) + x + year", rows, weights="w", offset="z"),
    "labels by probit": lambda rows: st.ordinal("label ~ x + C(g)", rows, link="probit"),
    "effects at cuts": lambda rows: st.ordinal("label ~ C(g) + x + z", rows, nonparallel="x"),
    "labels with a scale": lambda rows: st.ordinal("label ~ C(g) + x", rows, scale="~ z"),
    "labels with a scale far from 0": lambda rows: st.ordinal("label ~ C(g) + x + age", rows, scale="~ age + x"),
    "hurdle": lambda rows: st.hurdle("count ~ C(g) + x", rows, weights="w"),
    "hurdle of columns": lambda rows: st.hurdle("count ~ 0 + C(g) + x", rows, zero="~ year + C(k)"),
    "overdispersed hurdle": lambda rows: st.hurdle("spread ~ C(g) + x", rows, zero="~ z", family="negative-binomial"),
    "extra zeros": lambda rows: st.zero_inflated("count ~ C(g) + x", rows),
    "extra zeros of columns": lambda rows: st.zero_inflated("count ~ C(g) + x", rows, zero="~ year"),
    "gamma": lambda rows: st.gamma("time ~ C(g) + x", rows, dispersion="~ z + C(k)"),
    "negative binomial": lambda rows: st.negative_binomial("spread ~ C(g) + x", rows, dispersion="~ year"),
}


@pytest.fixture(params=MODELS, ids=str)
def plain_and_coded(request, monkeypatch):
    make, rows = MODELS[request.param], table()
    plain = make(rows)
    monkeypatch.setattr(design, "MANY", 4)
    coded = make(rows)
    assert type(coded.rows.X) is Columns
    assert type(plain.rows.X) is not Columns
    return plain, coded


def test_levels_kept_as_codes_change_no_fit(plain_and_coded):
    plain, coded = (st.fit(model, solver=st.Newton(tolerance=1e-11)) for model in plain_and_coded)
    assert coded.names == plain.names
    assert_allclose(coded.estimate, plain.estimate, rtol=1e-9, atol=1e-10)
    assert_allclose(coded.se, plain.se, rtol=1e-9)
    assert_allclose(coded.loglik, plain.loglik, rtol=1e-12)
    assert_allclose(np.asarray(coded.covariance), plain.covariance, rtol=1e-6, atol=1e-8 * plain.covariance.max())


def test_the_information_is_that_of_the_array(plain_and_coded):
    plain, coded = plain_and_coded
    theta = plain.start + 0.01
    assert_allclose(coded.information(theta), plain.information(theta), rtol=1e-10, atol=1e-8)
    assert_allclose(coded.score(theta), plain.score(theta), rtol=1e-9, atol=1e-8)
    rows, T = coded.standardized()
    assert_allclose(T @ rows.start, coded.start, atol=1e-9)
    assert_allclose(rows.evaluate(rows.start).loglik, coded.evaluate(coded.start).loglik, rtol=1e-12)
    expected = np.asarray(T).T @ coded.evaluate(coded.start, 1).score
    assert_allclose(rows.evaluate(rows.start).score, expected, rtol=1e-7, atol=1e-6)


@pytest.mark.parametrize("cov", ["HC0", "HC1", st.Cluster("g"), st.Cluster("h")], ids=str)
@pytest.mark.parametrize("name", ["times", "labels", "hurdle of columns", "negative binomial"])
def test_sandwiches_are_those_of_the_array(monkeypatch, name, cov):
    rows = table()
    plain = st.fit(MODELS[name](rows), cov=cov, solver=st.Newton(tolerance=1e-11))
    monkeypatch.setattr(design, "MANY", 4)
    coded = st.fit(MODELS[name](rows), cov=cov, solver=st.Newton(tolerance=1e-11))
    assert_allclose(coded.se, plain.se, rtol=1e-7)


PURE = {
    "the highest label": lambda rows, here: ("label", np.where(here, 3, rows["label"])),
    "the lowest label": lambda rows, here: ("label", np.where(here, 0, rows["label"])),
    "positive counts of 1": lambda rows, here: ("count", np.where(here, np.minimum(rows["count"], 1), rows["count"])),
    "no count": lambda rows, here: ("count", np.where(here, 0, rows["count"])),
    "no event": lambda rows, here: ("seen", np.where(here, 0, rows["seen"])),
}
SEPARATED = {
    "the highest label": MODELS["labels"],
    "the lowest label": MODELS["effects at cuts"],
    "positive counts of 1": MODELS["hurdle"],
    "no count": MODELS["extra zeros of columns"],
    "no event": MODELS["times"],
}


@pytest.mark.parametrize("level", [0, 4], ids=["the level without a column", "another"])
@pytest.mark.parametrize("which", PURE)
def test_a_level_on_one_side_is_named_as_with_all_columns(monkeypatch, which, level):
    rows, found = table(), []
    name, values = PURE[which](rows, rows["g"] == level)
    for many in (200, 4):
        monkeypatch.setattr(design, "MANY", many)
        with pytest.raises(SeparationError) as error:
            st.fit(SEPARATED[which](rows | {name: values}))
        found.append(error.value)
    plain, coded = found
    assert str(coded) == str(plain)
    ours, theirs = coded.separation, plain.separation
    assert ours.infinite == theirs.infinite
    assert_array_equal(ours.certain, theirs.certain)
    assert_allclose(ours.solution.estimate, theirs.solution.estimate, rtol=1e-6, atol=1e-6)
    variances = theirs.solution.covariance.diagonal()
    assert_allclose(ours.solution.covariance.diagonal(), variances, rtol=1e-6)
    assert_allclose(ours.loglik, theirs.loglik, rtol=1e-10)


def test_columns_that_separate_beside_levels_are_found(monkeypatch):
    rows = table()
    monkeypatch.setattr(design, "MANY", 4)
    steep = rows["x"] + 0.01 * rows["g"]
    with pytest.raises(SeparationError, match="x"):
        st.fit(st.ordinal("label ~ C(g) + x", rows | {"label": np.digitize(steep, [-0.5, 0.5])}))
    apart = np.where(rows["z"] > 0.0, 0, np.maximum(rows["count"], 1))
    with pytest.raises(SeparationError, match="zero: z"):
        st.fit(st.hurdle("count ~ C(g) + x", rows | {"count": apart}, zero="~ z"))


def test_columns_that_are_not_determined_are_named(monkeypatch):
    rows = table()
    rows |= {"twice": 2.0 * rows["z"], "group": (rows["g"] > 3) * 1.0}
    rows["none"] = np.where(rows["g"] == 4, 0, rows["count"])
    monkeypatch.setattr(design, "MANY", 4)
    for model, said in (
        (st.aft("survival(time, seen) ~ C(g) + x", rows, scale="~ z + twice"), "columns of log scale.*twice = 2 z"),
        (st.ordinal("label ~ C(g) + x + group", rows), r"group is the same in all rows of each level of C\(g\)"),
        (st.hurdle("none ~ C(g) + x", rows), r"positive counts has no row that counts in C\(g\)\[T.4\]\. Leave"),
    ):
        with pytest.raises(IdentificationError, match=said):
            st.fit(model)


def test_levels_that_several_linear_predictors_read_have_columns(monkeypatch):
    monkeypatch.setattr(design, "MANY", 4)
    assert type(st.hurdle("count ~ C(g) + x", table(), zero="~ C(g)").rows.X) is np.ndarray


def test_new_rows_and_saved_fits_have_the_same_columns(monkeypatch, tmp_path):
    rows, few = table(), {"g": [0, 5], "x": [0.3, -1.0], "year": [2000.5, 1999.0], "k": ["b", "a"], "z": [0.1, 0.2]}
    plain = st.fit(MODELS["hurdle of columns"](rows)).predict(few)
    monkeypatch.setattr(design, "MANY", 4)
    coded = st.fit(MODELS["hurdle of columns"](rows))
    assert_allclose(coded.predict(few), plain, rtol=1e-8)
    assert_allclose(st.load(coded.save(tmp_path / "fit")).predict(few), plain, rtol=1e-8)


def test_columns_are_read_where_they_stand():
    X = np.arange(12.0).reshape(3, 4)
    for one in (X, BesideOnes(X[:, 1:])):
        A = np.asarray(one)
        for columns in (None, (1, 2), (0, 1), (3, 1)):
            assert_array_equal(np.asarray(among(one, columns)), A if columns is None else A[:, list(columns)])
        assert_array_equal(among(one, ()), np.ones((3, 1)))


@pytest.mark.parametrize("name", ["times", "labels", "hurdle of columns"])
def test_terms_are_tested_as_with_all_columns(monkeypatch, name):
    found = []
    for many in (200, 4):
        monkeypatch.setattr(design, "MANY", many)
        fit = st.fit(MODELS[name](table()))
        found.append((fit.anova(test="lr").p_value, fit.interval(kind="profile").lower, fit.anova(test="wald").p_value))
    for ours, theirs in zip(*found, strict=True):
        assert_allclose(ours, theirs, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("name", ["times", "labels", "labels with a scale", "hurdle of columns"])
def test_the_point_of_a_restricted_maximum_has_its_height(monkeypatch, name):
    monkeypatch.setattr(design, "MANY", 4)
    fit = st.fit(MODELS[name](table()))
    summit, p = RestrictedMaximum.of(fit), len(fit.names)
    levels = [k for k, one in enumerate(fit.names) if one.startswith("C(g)")]
    for held, q in ((levels, 0.0), ([fit.names.index("x")], 0.1), (levels[:2], -0.2)):
        R = np.eye(p)[held]
        theta, height = summit.where(R, np.full(len(held), q))
        assert_allclose(theta[held], q, atol=1e-12)
        assert_allclose(fit.model.loglik(theta), height, rtol=1e-12)
