import numpy as np
import pytest

import stattools as st
from stattools.inference.smooths.curves import beyond_rows
from tests.inference.smooths.curved import fitted, table

MADE = {
    "normal": fitted,
    "counts": lambda: st.fit(st.poisson("counts ~ s(x, k=12)", table())),
    "labels": lambda: st.fit(st.ordinal("h ~ s(x, k=6)", {**table(), "h": table()["h"] % 3})),
}


@pytest.mark.parametrize("of", MADE)
def test_predictions_beyond_the_data_are_said(of):
    import pandas as pd

    fit = MADE[of]()
    new = pd.DataFrame({"x": [0.0, 5.0, 30.0]})
    found = fit.predict(new, interval=0.9)
    each = len(found) // 3
    assert found["beyond"].tolist() == np.repeat([True, False, True], each).tolist()
    assert "2 of 3 rows lie beyond the data of s(x)" in found.attrs["note"]
    inside = fit.predict(new.iloc[1:2], interval=0.9)
    assert "note" not in inside.attrs
    assert "beyond" not in inside
    assert "beyond the data" in fit.predict(new).attrs["note"]


def test_a_row_of_another_level_is_not_beyond():
    terms = (
        fitted("y ~ g + s(x, by=g, k=8) + (1 | h)").model.smooths[0].design.terms({"x": [0.0, 5.0], "g": ["a", "b"]})
    )
    assert beyond_rows(terms).tolist() == [True, False]
    assert beyond_rows(terms[1:]).tolist() == [False, False]
