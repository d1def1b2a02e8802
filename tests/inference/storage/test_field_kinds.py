"""What a field may hold: each kind takes what a fit has there and refuses what no fit has."""

import numpy as np
import pytest

from stattools.inference.estimates import Unsaved
from stattools.inference.storage.walker import FACTS, are_distinct, is_number, is_of, is_whole
from stattools.solvers.solution import TraceStep

ARRAY = np.zeros(2)
TAKEN = [
    ("int", 3, -1),
    ("int", 2**62, 2**63),
    ("int", 0, True),
    ("float", np.inf, "1"),
    ("str", "x", "x" * 100_001),
    ("bool", True, 1),
    ("Floats", ARRAY, ARRAY.astype(np.float32)),
    ("Floats", Unsaved((3,)), [0.0]),
    ("tuple[str, ...]", ("a", "b"), ["a", "b"]),
    ("tuple[float, float]", (0.0, 1.0), (0.0, np.nan)),
    ("dict[str, int]", {"x": 3}, {"x": 2.5}),
    ("Mapping[str, tuple[Any, ...]]", {"g": ("a", "b")}, {"g": ("a", "a")}),
    ("Mapping[str, tuple[Any, ...]]", {"g": (1, 1.0, True)}, {"g": ()}),
    ("Mapping[str, dict[str, Any]]", {"bs": {"knots": [1.0, 2.0]}}, {"bs": {"knots": [np.nan]}}),
    ("tuple[TraceStep, ...]", (TraceStep(0, -1.0, 0.0),), ((0, -1.0, 0.0),)),
    ("Status", "converged", "max-steps"),
    ("Literal['deep', 'bootstrap']", "deep", "wide"),
    ("Floats | None", None, 3),
    ("Levels", ((("a", "b"), (1, 2)), ((True, 0.5),)), (("a", "b"),)),
    ("TermNumbers", (-1, 0, 1), (-2,)),
    ("tuple[LocalMaximum, ...]", (), (0.5,)),
]


@pytest.mark.parametrize(("kind", "good", "bad"), TAKEN)
def test_each_kind_takes_its_own(kind, good, bad):
    assert is_of(good, kind)
    assert not is_of(bad, kind)


def test_facts_are_numbers_in_their_range():
    for name, good, bad in (("r_squared", -3.0, 1.5), ("rcond", 0.5, 2.0), ("own_accuracy", 1.0, 1.1)):
        assert FACTS[name](good)
        assert not FACTS[name](bad)


def test_numbers_counts_and_labels():
    assert is_number(2.5)
    assert not is_number(np.inf)
    assert is_whole(0)
    assert not is_whole(0, least=1)
    assert are_distinct((1, 1.0, True, "1"))
    assert not are_distinct(("a", "a"))
