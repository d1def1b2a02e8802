"""What is found of columns for several models at once: the same numbers as alone, and nothing is kept afterwards."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import stattools as st
from stattools.data.rows import standardization as units
from stattools.data.rows.rows import Rows
from stattools.data.rows.standardization import SHARED, found_once, moments_of_columns, shared_columns
from stattools.solvers.softmax.passes import SoftmaxPasses
from tests.cases import rng


def several(n=30):
    g = rng(1)
    X = np.column_stack([np.ones(n), g.normal(size=(n, 3))])
    return [Rows(X, g.integers(0, 2, n).astype(float)) for _ in range(3)]


def test_moments_are_read_once_for_all(monkeypatch):
    calls, moments = [], units._moments
    monkeypatch.setattr(units, "_moments", lambda rows: calls.append(1) or moments(rows))
    rows = several()
    with shared_columns(rows):
        found = [moments_of_columns(one) for one in rows]
    assert len(calls) == 1
    for one in zip(*found, strict=True):
        assert_array_equal(one[0], one[1])
    assert_array_equal(found[0][0], rows[0].X.mean(axis=0))


def test_other_rows_share_nothing():
    rows = several()
    others = [rows[0], replace(rows[1], X=2.0 * rows[1].X), replace(rows[2], weight=np.full(30, 3.0))]
    with shared_columns(others):
        found = [found_once(one, "an object", object) for one in others]
    assert len(set(map(id, found))) == 3


@pytest.mark.parametrize("fails", [False, True])
def test_nothing_is_kept_when_the_fits_are_done(fails):
    rows = several()
    with pytest.raises(ZeroDivisionError) if fails else shared_columns(rows), shared_columns(rows):
        assert found_once(rows[0], "an object", object) is found_once(rows[2], "an object", object)
        _ = 1 / (not fails)
    assert not any(SHARED in one.later for one in rows)


def test_one_against_the_rest_copies_its_columns_once(monkeypatch):
    """And fits what each model alone would."""
    g, made, copied = rng(2), [], SoftmaxPasses._in_single_precision
    monkeypatch.setattr(SoftmaxPasses, "_in_single_precision", lambda self: made.append(1) or copied(self))
    X = 3.0 + g.normal(size=(2_000, 150))
    model = st.one_vs_rest(g.integers(0, 3, 2_000), X)
    together = st.fit(model, penalty=st.Ridge(1.0), solver=st.LBFGS())
    assert len(made) == 1
    alone = [st.fit(part, penalty=st.Ridge(1.0), solver=st.LBFGS()) for part in model.parts]
    assert len(made) == 4
    for one, other in zip(together.fits, alone, strict=True):
        assert_array_equal(one.estimate, other.estimate)
        assert SHARED not in one.model.rows.later
