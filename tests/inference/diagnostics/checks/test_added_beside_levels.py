"""Added columns and inflation beside a factor of many levels are those of all columns."""

import pytest
from numpy.testing import assert_allclose

from stattools.inference.diagnostics.checks.added_beside_levels import LevelAdded
from stattools.inference.diagnostics.checks.added_columns import added
from stattools.inference.diagnostics.checks.collinearity import inflation
from stattools.inference.diagnostics.checks.looked_at import LookedAt
from tests.inference.diagnostics.checks.test_errors_beside_levels import MODELS, both


@pytest.mark.parametrize("make", MODELS)
def test_they_are_those_of_all_columns(make, monkeypatch):
    plain, coded = both(monkeypatch, make)
    one, other = added(plain.model, plain.estimate), added(coded.model, coded.estimate)
    assert isinstance(other, LevelAdded)
    assert one.curves.keys() == other.curves.keys()
    for places, there in zip([*one.curves.values(), one.link], [*other.curves.values(), other.link], strict=True):
        assert_allclose(other.test(there), one.test(places), rtol=1e-6)
    assert_allclose(other.explained, one.explained, rtol=1e-6)
    factors = inflation(LookedAt(plain))
    found = inflation(LookedAt(coded))
    assert factors.keys() == found.keys()
    assert_allclose(list(found.values()), list(factors.values()), rtol=1e-7)
    assert len(factors) >= 2
