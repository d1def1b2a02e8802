"""Fits of linear mixed models are saved without rows, and answer as before or say that they need them."""

import io
import zipfile

import numpy as np
import pandas as pd
import pytest

import stattools as st
from stattools.inference.storage import without_rows as mixed_fits


def table(n: int = 60) -> pd.DataFrame:
    """Groups g that cross h, and c within h."""
    draws = np.random.default_rng(3)
    frame = pd.DataFrame({"x": draws.normal(size=n), "g": np.resize(list("abcdef"), n), "h": np.arange(n) // 10})
    frame = frame.assign(c=np.resize(["u", "v"], n), w=np.resize([1.0, 2.0, 4.0], n))
    effects = draws.normal(size=(6, 2)), draws.normal(size=6)
    code = pd.Categorical(frame.g).codes
    mean = 1.0 + (1.0 + effects[0][code, 1]) * frame.x + effects[0][code, 0] + effects[1][frame.h]
    return frame.assign(y=mean + 0.5 * draws.normal(size=n))


TABLE = table()
NEW = TABLE.head(9)
CASES = {
    "slopes": ("y ~ x + (x | g)", {}),
    "likelihood": ("y ~ x + (1 | g)", {"reml": False}),
    "kenward-roger": ("y ~ center(x) + c + (1 | g)", {"df": "kenward-roger", "level": 0.9}),
    "normal": ("y ~ x + (1 | g)", {"df": "normal"}),
    "independent": ("y ~ . - h - c - w + (x || g)", {"certify": "global"}),
    "products": ("y ~ x + (1 | h:c)", {}),
    "a variance of 0": ("w ~ x + (1 | c)", {}),
    "crossed": ("y ~ x + (1 | g) + (1 | h)", {}),
    "nested": ("y ~ x + (1 | h/c)", {}),
}
APART = ("crossed", "nested")
"""Whose groups meet in rows."""


@pytest.fixture(scope="module", params=CASES)
def pair(request, tmp_path_factory):
    """The name of a case, its fit, the fit that was loaded, and the file."""
    formula, options = CASES[request.param]
    precision = "w" if request.param == "slopes" else None
    fit = st.fit(st.linear_mixed(formula, TABLE, precision=precision), **options)
    path = fit.save(tmp_path_factory.mktemp("mixed") / "fit")
    return request.param, fit, st.load(path), path


def test_a_loaded_fit_says_what_it_said(pair):
    _, fit, other, path = pair
    assert str(other) == str(fit)
    assert str(other.certificate) == str(fit.certificate)
    for ask in (
        lambda it: it.table(0.8),
        lambda it: it.glance(),
        lambda it: it.random_effects(),
        lambda it: it.random_effects(fixed="estimated"),
        lambda it: it.variance_components(interval=None),
        lambda it: it.anova(),
        lambda it: it.marginal_effects(data=TABLE),
    ):
        pd.testing.assert_frame_equal(ask(other), ask(fit), rtol=1e-12)
    both = f"{fit.names[0]} = 1, {fit.names[1]} = 0"
    assert other.test(both).p_value == pytest.approx(fit.test(both).p_value, rel=1e-12)
    assert other.save(path.with_name("twice")).read_bytes() == path.read_bytes()


@pytest.mark.parametrize("groups", ["known", "population", "new"])
def test_predictions_of_new_rows_are_the_same(pair, groups):
    name, fit, other, _ = pair
    weight = {"precision": "w"} if name == "slopes" else {}
    kinds = ("mean",) if groups == "population" else ("mean", "observation")
    np.testing.assert_allclose(
        other.predict(NEW, groups=groups), fit.predict(NEW, groups=groups), rtol=1e-12
    )  # made of other sums
    for kind in kinds:
        options = {"groups": groups, "kind": kind, "interval": 0.9, **(weight if kind == "observation" else {})}
        if name in APART and groups == "known":
            with pytest.raises(st.IncompatibleError, match="groups that cross or lie in each other"):
                other.predict(NEW, **options)
        else:
            pd.testing.assert_frame_equal(other.predict(NEW, **options), fit.predict(NEW, **options), rtol=1e-10)


def test_what_needs_the_rows_says_so(pair):
    _, fit, other, _ = pair
    for ask in (
        lambda it: it.variance_components(),
        lambda it: it.residuals,
        lambda it: it.predict(),
        lambda it: it.goodness(),
        lambda it: it.group_influence(fit.model.random[0].group),
        st.validate,
        lambda it: st.bootstrap(it, kind="parametric", seed=1),
    ):
        with pytest.raises(st.IncompatibleError, match="rows of this fit were not saved"):
            ask(other)
    found = other.check()
    assert found.check.tolist() == ["maximum"]
    assert all("rows of this fit were not saved" in reason for reason in found.attrs["unchecked"].values())


def test_all_local_maxima_and_unseen_groups(pair):
    name, fit, other, _ = pair
    if name in ("likelihood", "a variance of 0"):
        pd.testing.assert_frame_equal(other.local_maxima(), fit.local_maxima(), rtol=1e-12)
    group = fit.model.read.random[0].part.groups[0]
    unseen = NEW.assign(**{group: 99 if group == "h" else "z"})
    with pytest.raises(st.DomainError, match="were not there when the model was fitted"):
        other.predict(unseen)


def test_no_row_is_in_the_file(pair):
    path = pair[-1]
    with zipfile.ZipFile(path) as folder:
        text = folder.read("fit.json").decode()
        arrays = np.load(io.BytesIO(folder.read("arrays.npz")), allow_pickle=False)
        held = {float(v) for name in arrays.files for v in arrays[name].ravel()}
    for column in ("x", "y"):
        assert not held & set(TABLE[column])
        assert not any(repr(value) in text for value in TABLE[column].tolist())


def test_of_many_groups_the_maximum_alone_is_kept(tmp_path, monkeypatch):
    fit = st.fit(st.linear_mixed("y ~ x + (1 | g)", TABLE))
    monkeypatch.setattr(mixed_fits, "MOST", 10)
    other = st.load(fit.save(tmp_path / "fit"))
    np.testing.assert_allclose(other.predict(NEW), fit.predict(NEW), rtol=1e-12)
    wide = {"groups": "population", "interval": 0.9}
    pd.testing.assert_frame_equal(other.predict(NEW, **wide), fit.predict(NEW, **wide), rtol=1e-10)
    with pytest.raises(st.IncompatibleError, match="were not saved"):
        other.predict(NEW, interval=0.9)


def test_a_fit_of_rows_in_files_and_its_report(tmp_path):
    TABLE.to_parquet(tmp_path / "rows.parquet")
    fit = st.fit(st.linear_mixed("y ~ x + (1 | g)", st.scan(tmp_path / "rows.parquet")))
    other = st.load(fit.save(tmp_path / "fit"))
    assert str(other) == str(fit)
    st.report(other, to=tmp_path / "report")
    said = "".join(file.read_text(encoding="utf-8") for file in tmp_path.rglob("*.md"))
    assert "not known: the rows were not saved" in said


def test_of_places_that_are_close_the_nearest_answers():
    places = [np.array([[1.0, 0.0], [1.0, small]]) for small in (1e-6, 1e-6 + 5e-11, 1e-6 - 5e-11)]
    known = [((T,), mixed_fits.AtSavedFactors(float(k), np.eye(2), (), ())) for k, T in enumerate(places)]
    structure = mixed_fits.SavedStructure((2,), tuple(known))
    turned = np.diag([-1.0, 1.0])
    assert [structure.evaluate((T @ turned,)).log_determinant for T in places] == [0.0, 1.0, 2.0]
    with pytest.raises(st.IncompatibleError, match="likelihood at other variances"):
        structure.evaluate((1.001 * places[0],))
    with pytest.raises(st.IncompatibleError, match="rows of this fit were not saved"):
        structure.with_columns([0])
