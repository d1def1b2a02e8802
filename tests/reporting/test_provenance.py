import numpy as np
import pytest

import stattools as st
from stattools.data.design import design
from stattools.errors import IncompatibleError
from stattools.numerics.columns import Columns
from stattools.reporting import provenance
from stattools.reporting.provenance import code_version, data_hash, environment

X = np.random.default_rng(0).normal(size=(9, 2))
y = X @ [1.0, 2.0] + np.arange(9.0)


def hashed(y=y, X=X, names=("a", "b"), **options):
    return data_hash(st.ols(y, X, names=list(names), **options))


def test_the_hash_sees_values_names_and_extras_but_not_memory_order():
    assert hashed() == hashed(y.copy(), np.asfortranarray(X))
    assert len(hashed()) == 64
    nudged = X.copy()
    nudged[3, 1] = np.nextafter(nudged[3, 1], 9.0)
    others = [
        hashed(X=nudged),
        hashed(y=y[::-1]),
        hashed(names=("a", "c")),
        hashed(weights=np.ones(9)),
        hashed(offset=np.ones(9)),
        hashed(precision=np.ones(9)),
        hashed(intercept=False),
    ]
    assert len({hashed(), *others}) == 8


def test_the_sequence_and_the_count_are_different_data():
    assert data_hash(st.coin([1, 0])) != data_hash(st.binomial(1, 2))
    assert data_hash(st.coin([1, 0])) == data_hash(st.coin([0, 1]))


def test_a_function_has_no_hash():
    with pytest.raises(IncompatibleError, match="whose data cannot be seen"):
        data_hash(st.custom(lambda t: -float(t[0] ** 2), start=[1.0]))


def test_versions():
    assert code_version() == st.__version__
    assert {"python", "numpy", "scipy", "statsmodels", "arviz"} <= set(environment())


def test_levels_that_are_codes_have_the_hash_of_their_columns(monkeypatch):
    data = {"y": np.arange(30) % 4, "g": np.arange(30) % 5}
    plain = data_hash(st.poisson("y ~ C(g)", data))
    monkeypatch.setattr(design, "MANY", 4)
    monkeypatch.setattr(provenance, "AT_A_TIME", 7)
    coded = st.poisson("y ~ C(g)", data)
    assert type(coded.rows.X) is Columns
    assert data_hash(coded) == plain
