"""The sparse program says of slopes by level what the program of all columns says."""

from importlib import import_module

import numpy as np
import pandas as pd
import pytest

import stattools as st
from stattools.data.design import design
from stattools.inference.existence.separation import is_rising

FAMILIES = {"logistic": st.logistic, "poisson": st.poisson, "probit": st.probit, "ordinal": st.ordinal}


def table(seed, rows, family):
    own = np.random.default_rng(seed)
    g, x = own.choice(list("abcdef"), rows), own.standard_normal(rows)
    y = own.poisson(np.exp(0.5 * x)) if family == "poisson" else own.integers(0, 3 if family == "ordinal" else 2, rows)
    return pd.DataFrame({"y": y, "g": g, "x": x, "z": own.standard_normal(rows)})


def models(family, formula, data):
    for many in (4, 10**9):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(design, "MANY", many)
            yield FAMILIES[family](formula, data)


@pytest.mark.parametrize("rows", [50, 90])
@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("formula", ["y ~ x * g", "y ~ z + g:x"])
def test_it_tells_separated_outcomes_from_others(family, formula, rows, monkeypatch):
    for seed in range(4):
        coded, dense = models(family, formula, table(seed, rows, family))
        expected = st.separation(dense)
        monkeypatch.undo()
        assert is_rising(coded) == (expected is not None)
        monkeypatch.setattr(import_module("stattools.inference.existence.separation"), "LARGEST_BESIDE_SLOPES", 0.0)
        if expected is None:
            assert st.separation(coded) is None
            continue
        for ask in (st.separation, st.fit):
            with pytest.raises(st.IdentificationError, match=r"has no maximum: .* separate the values of y") as raised:
                ask(coded)
        assert any(f" {name}" in str(raised.value) for name in expected.infinite)
