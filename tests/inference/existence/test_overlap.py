"""The sentence of a separation is whole, whatever its parts."""

from dataclasses import replace
from importlib import import_module

import numpy as np
import pytest

import stattools as st
from stattools.inference.existence import separation
from stattools.inference.existence.separation import check_overlap
from tests.test_errors import HOLES, message

X = np.array([[1.0, 0.3], [2.0, -0.2], [3.0, 0.5], [4.0, 0.1], [5.0, -0.4], [6.0, 0.2]])
SEPARATED = {
    "logistic": st.logistic([0, 0, 0, 1, 1, 1], X),
    "no intercept": st.logistic([0, 0, 0, 1, 1, 1], X - 3.5, intercept=False),
    "quasi-complete": st.logistic([0, 1, 0, 1, 1, 1], np.column_stack([X[:, 1], X[:, 0] > 4])),
    "probit": st.probit([0, 0, 0, 1, 1, 1], X),
    "softmax": st.softmax([0, 0, 1, 1, 2, 2], X),
    "poisson": st.poisson([0, 0, 0, 2, 1, 3], np.column_stack([X[:, 1], X[:, 0] > 3])),
    "groups": st.logistic([0, 0, 0, 5, 5, 5], X, trials=[5] * 6),
}


@pytest.mark.parametrize("told", [True, False])
@pytest.mark.parametrize("name", SEPARATED)
def test_the_sentence_of_a_separation_has_no_hole(name, told, monkeypatch):
    """Where the columns tell no coefficient that is infinite, neither do the words."""
    model = SEPARATED[name]
    found = separation(model)
    if not told:
        found = replace(found, infinite={})
        monkeypatch.setattr(
            import_module("stattools.inference.existence.separation"), "separation_of", lambda *_: found
        )
    said = message(lambda: check_overlap(model))
    assert "has no maximum" in said
    assert not HOLES.search(said)
    assert not HOLES.search(str(found))
    assert ("do not tell which" in said) != told
    assert told or "The other" not in said


def test_long_names_of_separating_columns_are_cut():
    name = "x" * 300
    with pytest.raises(st.StattoolsError, match="has no maximum") as caught:
        st.fit(st.softmax(f"y ~ poly({name}, 5)", {"y": list("aaabbbcccc"), name: np.arange(10.0)}))
    assert len(str(caught.value)) < 2000
