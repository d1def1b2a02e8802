"""Saved fits: the loaded one answers as before, to the last bit; what is not saved says so; damage is refused."""

import json
import zipfile
from dataclasses import fields, replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from scipy import special

import stattools as st
from stattools.inference.effects.means import contrasts, marginal_effects
from stattools.inference.fits.loading import load
from stattools.inference.prediction.predict import predict
from stattools.inference.storage.file import save, sealed
from stattools.networks.network_fit import NetworkFit
from tests.cases import rng
from tests.sizes import examples


def data(n: int = 250):
    g = rng(2)
    frame = pd.DataFrame({"x": g.normal(size=n), "z": g.uniform(0.5, 4, n), "w": g.integers(1, 4, n)})
    frame["body mass (g)"] = g.normal(70, 5, n)
    frame["g"] = np.array(list("abc"))[g.integers(0, 3, n)]
    frame["flag"] = g.random(n) < 0.4
    eta = 0.2 + 0.6 * frame.x - 0.3 * np.log(frame.z) + 0.5 * (frame.g == "b")
    frame["y"] = eta + g.normal(size=n)
    frame["b"] = (g.random(n) < special.expit(eta)).astype(int)
    frame["c"] = g.poisson(np.exp(eta) * g.gamma(1.0, 1.0, n))
    frame["k"] = g.binomial(frame.w, special.expit(eta))
    frame["color"] = np.array(["red", "green", "blue"])[g.integers(0, 3, n)]
    frame["answer"] = np.where(frame.b == 1, "yes", "no")
    frame.loc[[4, 9], "x"] = None
    return frame


FRAME = data()
NEW = FRAME.dropna().head(40)
OUTCOMES = {
    st.ols: "y",
    st.logistic: "answer",
    st.probit: "b",
    st.poisson: "c",
    st.negative_binomial: "c",
    st.softmax: "color",
}
RIGHT = [
    "x",
    "0 + g + x",
    "x*g + flag",
    "center(x) + scale(z)",
    "poly(x, 2) + log(z)",
    "bs(z, df=4) + C(w, Treatment(2))",
    "cr(z, df=4, constraints='center')",
    "`body mass (g)` + I(x**2)",
    "C(g, contr.sum):x",
    "C(flag) + C(w)",
]


def round_trip(fit, folder):
    return load(save(fit, folder / "a.stattools"))


def same(fit, other, new=None):
    """Everything that a loaded fit can say, compared without tolerance."""
    assert str(fit) == str(other)
    pd.testing.assert_frame_equal(fit.table(), other.table(), check_exact=True)
    pd.testing.assert_frame_equal(fit.table(0.8), other.table(0.8), check_exact=True)
    pd.testing.assert_frame_equal(fit.glance(), other.glance(), check_exact=True)
    assert fit.names == other.names
    if fit.kinds:
        np.testing.assert_array_equal(fit.covariance, other.covariance)
    else:
        assert repr(fit.covariance) == repr(other.covariance)
    if new is None:
        return
    for options in ({}, {"interval": 0.9}, {"kind": "link", "interval": 0.9}, {"kind": "class"}):
        try:
            wanted = predict(fit, fit.model, new, **options)
        except st.IncompatibleError:
            continue
        np.testing.assert_array_equal(np.asarray(wanted), np.asarray(predict(other, other.model, new, **options)))


@pytest.mark.parametrize("make", OUTCOMES, ids=lambda make: make.__name__)
def test_a_loaded_fit_answers_as_before(make, tmp_path):
    fit = st.fit(make(f"{OUTCOMES[make]} ~ x*g + bs(z, df=4)", FRAME))
    other = round_trip(fit, tmp_path)
    same(fit, other, NEW)
    assert other.solution.trace == fit.solution.trace
    assert other.model.dropped == {"x": 2}
    pd.testing.assert_frame_equal(marginal_effects(fit, data=NEW), marginal_effects(other, data=NEW), check_exact=True)
    pd.testing.assert_frame_equal(contrasts(fit, "g", data=NEW), contrasts(other, "g", data=NEW), check_exact=True)


@pytest.mark.parametrize("right", RIGHT)
def test_formulas_and_learned_constants_come_back(right, tmp_path):
    fit = st.fit(st.ols(f"y ~ {right}", FRAME))
    other = round_trip(fit, tmp_path)
    same(fit, other, NEW)
    assert other.model.design.formula == fit.model.design.formula
    if "g" in fit.model.design.parsed.columns:
        with pytest.raises(st.DomainError, match=r"has the level 'zzz' .* which the model has not seen"):
            other.predict(NEW.assign(g="zzz"))


PARTS = ["x", "z", "g", "flag", "w", "log(z)", "center(x)", "scale(z)", "C(w)", "x:g", "poly(z, 2)", "I(x > 0)"]


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    make=some.sampled_from([st.ols, st.poisson]),
    parts=some.lists(some.sampled_from(PARTS), min_size=1, max_size=4, unique=True),
    intercept=some.booleans(),
    level=some.sampled_from([0.5, 0.95]),
)
def test_any_formula_comes_back(tmp_path, make, parts, intercept, level):
    formula = f"{OUTCOMES[make]} ~ {'' if intercept else '0 + '}{' + '.join(parts)}"
    try:
        fit = st.fit(make(formula, FRAME), level=level)
    except st.IdentificationError:
        return
    same(fit, round_trip(fit, tmp_path), NEW)


def others():
    arrays = FRAME.dropna()
    yield "arrays", st.fit(st.ols(arrays.y, arrays[["x", "z"]])), arrays[["x", "z"]]
    yield "a dot", st.fit(st.ols("y ~ .", arrays[["y", "x", "g", "z"]])), NEW
    yield "weights", st.fit(st.logistic("b ~ x", FRAME, weights="w")), NEW
    yield "precision", st.fit(st.ols("y ~ x", FRAME, precision="w")), NEW
    yield "exposure", st.fit(st.poisson("c ~ x", FRAME, exposure="w")), NEW
    yield "grouped", st.fit(st.logistic("k ~ x", FRAME, trials="w")), NEW
    yield "labels", st.fit(st.softmax("w ~ x", FRAME, reference=2)), NEW
    yield "robust", st.fit(st.ols("y ~ x", FRAME), cov="HC3"), NEW
    yield "cluster", st.fit(st.ols("y ~ x", FRAME), cov=st.Cluster("g")), NEW
    yield "few clusters", st.fit(st.ols("y ~ x", FRAME), cov=st.Cluster("g", kind="CR2")), NEW
    yield "firth", st.fit(st.logistic("b ~ x", FRAME), penalty=st.Jeffreys()), NEW
    yield "ridge", st.fit(st.logistic("b ~ x", FRAME), penalty=st.Ridge(2.0)), NEW
    yield "descent", st.fit(st.ols("y ~ x", FRAME), solver=st.GradientDescent()), NEW
    yield "coin", st.fit(st.coin([0, 1, 1])), None
    yield "binomial", st.fit(st.binomial(6, 10)), None


OTHERS = list(others())


@pytest.mark.parametrize(("fit", "new"), [case[1:] for case in OTHERS], ids=[case[0] for case in OTHERS])
def test_other_fits_come_back(fit, new, tmp_path):
    other = round_trip(fit, tmp_path)
    same(fit, other, new)
    first = (tmp_path / "a.stattools").read_bytes()
    assert save(other, tmp_path / "b.stattools").read_bytes() == first  # again, and the same bytes


def test_one_vs_rest_comes_back(tmp_path):
    fit = st.fit(st.one_vs_rest("color ~ x", FRAME))
    other = round_trip(fit, tmp_path)
    assert str(other) == str(fit)
    pd.testing.assert_frame_equal(other.table(), fit.table(), check_exact=True)
    pd.testing.assert_frame_equal(other.predict(NEW), fit.predict(NEW), check_exact=True)


def test_a_custom_likelihood_comes_back_without_its_function(tmp_path):
    y = np.array([2.0, 3.0, 7.0])
    model = st.custom(lambda t: -len(y) * t[0] - np.sum(y) * np.exp(-t[0]), start={"log mean": 0.0}, n=3)
    fit = st.fit(model)
    other = round_trip(fit, tmp_path)
    same(fit, other)
    with pytest.raises(st.IncompatibleError, match="functions of a custom likelihood are not saved"):
        other.model.loglik([0.0])


# What is not saved


def test_twenty_coefficients_are_small(tmp_path):
    g = rng(0)
    X = g.normal(size=(5000, 20))
    for solver in (None, st.GradientDescent()):
        fit = st.fit(st.ols(X @ np.ones(20) + g.normal(size=5000), X), solver=solver)
        assert save(fit, tmp_path / "a.stattools").stat().st_size < 20_000
    long = st.fit(st.ols("y ~ x + z", FRAME), solver=st.GradientDescent())
    trace = tuple(long.solution.trace) * 2000
    other = round_trip(replace(long, solution=replace(long.solution, trace=trace)), tmp_path)
    assert len(other.solution.trace) == 500
    assert (tmp_path / "a.stattools").stat().st_size < 20_000


def test_every_field_of_a_fit_survives(tmp_path):
    fit = st.fit(st.ols("y ~ x", FRAME), level=0.9, cov="HC1")
    other = round_trip(fit, tmp_path)
    for field in fields(fit):
        ours, theirs = getattr(fit, field.name), getattr(other, field.name)
        assert type(ours) is type(theirs)
        if isinstance(ours, float | str):
            assert ours == theirs


# Broken files


def saved(folder) -> bytes:
    return save(st.fit(st.softmax("color ~ x + g", FRAME)), folder / "whole.stattools").read_bytes()


@settings(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=some.floats(0, 1, exclude_max=True), change=some.integers(1, 255))
def test_any_changed_byte_is_noticed(tmp_path, place, change):
    whole = tmp_path / "whole.stattools"
    data = bytearray(whole.read_bytes() if whole.exists() else saved(tmp_path))
    data[int(place * len(data))] ^= change
    (tmp_path / "broken").write_bytes(data)
    with pytest.raises(st.DomainError, match="load cannot read"):
        load(tmp_path / "broken")


@settings(max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(some.one_of(some.binary(max_size=300), some.floats(0, 1, exclude_max=True)))
def test_pieces_and_noise_are_refused(tmp_path, what):
    whole = saved(tmp_path) if not isinstance(what, bytes) else b""
    (tmp_path / "broken").write_bytes(what if isinstance(what, bytes) else whole[: int(what * len(whole))])
    with pytest.raises(st.DomainError, match="it is damaged, was edited, or is not a fit"):
        load(tmp_path / "broken")


def contents(path) -> tuple[dict, bytes]:
    with zipfile.ZipFile(path) as folder:
        return json.loads(folder.read("fit.json")), folder.read("arrays.npz")


def write(path, content, arrays) -> None:
    path.write_bytes(sealed({"fit.json": json.dumps(content).encode(), "arrays.npz": arrays}))


def nodes(value, path=()):
    """Every place in the JSON of a fit."""
    yield path
    for key, part in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from nodes(part, (*path, key))


SWAPS = [None, True, -1, 1e300, "", "x", [], {}, {"@": "Model"}, {"@": "Fit", "fields": {}, "facts": {}}, {"@": "os"}]


def test_an_existing_file_is_replaced(tmp_path):
    path = tmp_path / "a.stattools"
    save(st.fit(st.ols("y ~ x", FRAME)), path)
    save(st.fit(st.ols("y ~ z", FRAME)), str(path))
    assert load(str(path)).names == ("Intercept", "z")
    assert [file.name for file in tmp_path.iterdir()] == ["a.stattools"]


NETWORKS = {
    "batch norm": lambda t: st.fit(st.network(t["y"].to_numpy(), t[["a", "b"]].to_numpy(), hidden=[3], batch_norm=True),
                                   solver=st.LBFGS(max_steps=5), seed=1),
    "calibrated": lambda t: st.fit(st.network("y ~ a + C(g)", t, hidden=[], weights="w"), penalty=st.Ridge(1.0), seed=1,
                                   solver=st.Adam(epochs=60, rate=0.05, validation=0)).calibrated(t),
    "quantity": lambda t: st.fit(st.network("q ~ a + g", t, hidden=[3, 2]), solver=st.LBFGS(max_steps=5), seed=1),
    "ensemble": lambda t: st.fit(st.network("y ~ a", t, hidden=[2]), solver=st.LBFGS(max_steps=3), seed=1, members=2),
}  # fmt: skip


@pytest.mark.parametrize("build", NETWORKS.values(), ids=NETWORKS)
def test_networks_are_saved_with_moments_temperature_labels_and_standardization(build, tmp_path):
    generator = np.random.default_rng(0)
    t = pd.DataFrame({"a": generator.normal(size=40), "b": generator.normal(size=40), "g": np.resize(["u", "v"], 40)})
    t = t.assign(y=np.resize(["p|q", "ü", '"r"'], 40), q=3 * t.a + t.b, w=2.0)
    fit = build(t)
    again = st.load(fit.save(tmp_path / "net.stattools"))
    new = t.head(4)
    rows = (new, new) if fit.model.formula else ((new.y.to_numpy(), new[["a", "b"]].to_numpy()), new[["a", "b"]])
    assert str(again) == str(fit)
    np.testing.assert_array_equal(np.asarray(again.predict(rows[1])), np.asarray(fit.predict(rows[1])))
    np.testing.assert_array_equal(again.pointwise_loglik(rows[0]), fit.pointwise_loglik(rows[0]))
    if isinstance(fit, NetworkFit):
        pd.testing.assert_frame_equal(again.curve(), fit.curve())
        pd.testing.assert_frame_equal(again.glance(), fit.glance())
    with pytest.raises(st.IncompatibleError, match="were not saved"):
        again.predict()
    assert again.save(tmp_path / "twice").read_bytes() == (tmp_path / "net.stattools").read_bytes()
    whole = bytearray((tmp_path / "net.stattools").read_bytes())
    whole[len(whole) // 2] ^= 1
    (tmp_path / "bad").write_bytes(whole)
    with pytest.raises(st.DomainError, match="damaged"):
        st.load(tmp_path / "bad")


def test_want_of_memory_is_not_said_of_the_file(tmp_path, monkeypatch):
    path = st.fit(st.ols([1.0, 2.0, 4.0], [0.0, 1.0, 2.0])).save(tmp_path / "fit.zip")
    monkeypatch.setattr(np.lib.format, "read_array", lambda *_, **__: (_ for _ in ()).throw(MemoryError))
    with pytest.raises(MemoryError):
        load(path)


def test_want_of_memory_in_save_is_no_fault_of_the_fit(tmp_path, monkeypatch):
    def short(*_):
        raise MemoryError

    monkeypatch.setattr("stattools.inference.storage.file._restored", short)
    with pytest.raises(MemoryError):
        st.fit(st.coin([1, 0, 1])).save(tmp_path / "coin")
