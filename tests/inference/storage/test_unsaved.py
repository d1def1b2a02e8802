"""What needs the rows of a fit says that they were not saved."""

import io
import zipfile

import numpy as np
import pytest

import stattools as st
from stattools.inference.effects.means import marginal_effects
from stattools.inference.estimates import lacks_rows
from stattools.inference.fits.loading import load
from stattools.inference.storage.file import save
from tests.inference.storage.test_file import FRAME, round_trip


def test_no_row_is_in_the_file(tmp_path):
    path = save(st.fit(st.ols("y ~ x + z + g", FRAME)), tmp_path / "a.stattools")
    with zipfile.ZipFile(path) as folder:
        assert folder.namelist() == ["fit.json", "arrays.npz", "about.json"]
        text = folder.read("fit.json").decode()
        arrays = np.load(io.BytesIO(folder.read("arrays.npz")), allow_pickle=False)
        sizes = {arrays[name].size for name in arrays.files}
    assert max(sizes) <= 5 * 5
    values = {repr(float(v)) for column in ("x", "y", "z") for v in FRAME[column].dropna()}
    assert not any(value in text for value in values)


def test_what_needs_the_rows_says_that_they_were_not_saved(tmp_path):
    from stattools.inference.diagnostics.goodness import goodness, leverage, residuals

    for fit in (st.fit(st.ols("y ~ x", FRAME, precision="w", weights="w")), st.fit(st.logistic("b ~ x", FRAME))):
        other = round_trip(fit, tmp_path)
        for ask in (residuals, leverage, goodness, lambda f: f.predict(), lambda f: f.interval(kind="profile")):
            with pytest.raises(st.IncompatibleError, match="the rows of this fit were not saved with it"):
                ask(other)
        with pytest.raises(st.IncompatibleError, match="were not saved"):
            st.validate(other)
        with pytest.raises(st.IncompatibleError, match="give data=, the table"):
            marginal_effects(other)
        for name in ("min", "shape_of"):
            with pytest.raises(st.IncompatibleError, match="were not saved"):
                getattr(other.model.rows.X, name)
        assert len(other.model.rows.X) == len(fit.model.rows.X)


@pytest.mark.parametrize("family, y", [(st.ols, "y"), (st.logistic, "b"), (st.poisson, "b")])
def test_what_compares_rows_says_that_they_were_not_saved(tmp_path, family, y):
    table = {"y": [1.0, 3.0, 2.0, 5.0, 4.0], "b": [0, 1, 0, 1, 1], "x": [0.5, 1.0, 2.0, 1.5, 4.0]}
    there = st.fit(family(f"{y} ~ x", table))
    fit = load(save(there, tmp_path / "fit"))
    assert (lacks_rows(fit.model), lacks_rows(there.model), lacks_rows(st.coin([0, 1]))) == (True, False, False)
    existence = () if family is st.ols else (lambda it: st.separation(it.model),)
    for question in (st.sentences, st.validate, *existence):
        with pytest.raises(st.IncompatibleError, match="rows of this fit were not saved"):
            question(fit)
