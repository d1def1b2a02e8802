from types import SimpleNamespace

import numpy as np

from stattools.reporting.provenance import code_version, data_hash, environment


def regression(X, y, **extra):
    rows = SimpleNamespace(**{"X": X, "y": y, "weight": None, "offset": None, **extra})
    return SimpleNamespace(names=("Intercept", "x"), rows=rows)


def test_the_hash_sees_values_names_and_shapes_but_not_memory_order():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(5, 2)), rng.normal(size=5)
    first = data_hash(regression(X, y))
    assert first == data_hash(regression(np.asfortranarray(X), y.copy()))
    assert len(first) == 64
    others = [
        regression(X + 1e-15, y),
        regression(X, y[::-1]),
        regression(X, y, weight=np.ones(5)),
        regression(X, y, offset=np.ones(5)),
        SimpleNamespace(names=("Intercept", "z"), rows=regression(X, y).rows),
    ]
    assert len({first, *map(data_hash, others)}) == 6


def test_counts_with_and_without_their_order_differ():
    ordered = SimpleNamespace(names=("theta",), flips=np.array([0.0, 1.0]), successes=1, trials=2)
    count = SimpleNamespace(names=("theta",), successes=1, trials=2)
    assert data_hash(ordered) != data_hash(count)


def test_versions():
    assert code_version()[0].isdigit()
    assert {"python", "numpy", "scipy", "statsmodels", "arviz"} <= set(environment())
