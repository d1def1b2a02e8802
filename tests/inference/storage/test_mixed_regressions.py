"""Saved fits with random effects answer as before where no rows are needed, and say so elsewhere."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal

import stattools as st
from stattools.errors import IncompatibleError
from stattools.inference.storage.without_rows import mixed_regression
from tests.inference.mixed.regressions import fit, rows
from tests.sizes import first


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    folder = tmp_path_factory.mktemp("saved")
    return cache(lambda name: st.load(fit(name).save(folder / name)))


@pytest.mark.parametrize("name", first(2, ["logistic", "slopes", "ordinal", "crossed"]))
def test_answers_without_rows_are_the_same_to_the_last_bit(saved, name, tmp_path):
    one, other = fit(name), saved(name)
    assert str(other) == str(one)
    for groups in ("population", "known", "typical"):
        pd.testing.assert_frame_equal(
            other.predict(rows(), groups=groups, interval=0.9), one.predict(rows(), groups=groups, interval=0.9)
        )
    pd.testing.assert_frame_equal(other.random_effects(fixed="estimated"), one.random_effects(fixed="estimated"))
    pd.testing.assert_frame_equal(other.variance_components(interval=None), one.variance_components(interval=None))
    pd.testing.assert_frame_equal(other.table(), one.table())
    moved = {"values": [0.0, 1.0], "data": rows()}
    assert_array_equal(other.means("x", **moved).estimate, one.means("x", **moved).estimate)
    assert (tmp_path / "again").write_bytes(other.save(tmp_path / name).read_bytes())
    assert (tmp_path / "again").read_bytes() == one.save(tmp_path / "first").read_bytes()


QUESTIONS = {
    "profile": lambda one: one.variance_components(),
    "interval": lambda one: one.interval(kind="profile"),
    "predict": lambda one: one.predict(),
    "residuals": lambda one: one.residuals,
    "goodness": lambda one: one.goodness(),
    "test": lambda one: one.variance_test("g"),
    "influence": lambda one: one.group_influence(),
    "bootstrap": lambda one: st.bootstrap(one, kind="parametric", draws=2, seed=1),
    "averages": lambda one: one.averaged_coefficients(),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_what_needs_the_rows_says_so(saved, question):
    with pytest.raises(IncompatibleError, match="were not saved"):
        QUESTIONS[question](saved("logistic"))


def test_parts_of_the_file():
    kept = mixed_regression(fit("slopes"))
    assert kept["integral"] == "quadrature"
    assert np.shape(kept["slopes"][0]) == (2, len(kept["theta"]), 24)
