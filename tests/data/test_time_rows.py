import numpy as np
import pandas as pd
import pytest

import stattools as st
from stattools.data.survival_data import time_rows
from stattools.errors import DomainError, IncompatibleError

TABLE = {"t": [2.0, 5.0, 3.0], "d": [1, 0, 1], "x": [1.0, 2.0, 4.0], "lo": [0.0, 2.0, 3.0], "hi": [1.0, np.inf, 3.0]}


def rows(formula, table=TABLE, **formulas):
    return time_rows("st.aft", formula, table, {}, formulas)


def test_times_lie_between_their_ends():
    assert rows("survival(t, d) ~ x").outcome.tolist() == [[2.0, 2.0], [5.0, np.inf], [3.0, 3.0]]
    assert rows("survival(t) ~ x").outcome.tolist() == [[2.0, 2.0], [5.0, 5.0], [3.0, 3.0]]
    assert rows("survival(lo, hi, type='interval') ~ x").outcome.tolist() == [[0.0, 1.0], [2.0, np.inf], [3.0, 3.0]]
    table = TABLE | {"lo": [-np.inf, 2.0, 3.0]}
    assert rows("survival(lo, hi, type='interval') ~ x", table).outcome[0].tolist() == [0.0, 1.0]
    late = TABLE | {"e": [-1.0, 2.0, 0.0]}
    assert rows("survival(e, t, d) ~ x", late).outcome.tolist() == [
        [2.0, 2.0, 0.0],
        [5.0, np.inf, 2.0],
        [3.0, 3.0, 0.0],
    ]
    assert rows("survival(e, t, d) ~ x", TABLE | {"e": [0.0, 0.0, 0.0]}).outcome.shape == (3, 2)
    found = rows("survival(t, d == 0) ~ x", scale="~ x")
    assert found.outcome[:, 1].tolist() == [np.inf, 5.0, np.inf]
    assert found.design.beside["scale"].text == "~ x"


def test_rows_with_gaps_are_dropped_and_counted():
    found = rows("survival(t, d) ~ x", pd.DataFrame(TABLE | {"x": [1.0, None, 2.0]}))
    assert (found.n_dropped, found.dropped, len(found.outcome)) == (1, {"x": 1}, 2)


@pytest.mark.parametrize(
    ("formula", "change", "kind", "said"),
    [
        ("survival(t, d) ~ x", {"t": [2.0, 0.0, 3.0]}, DomainError, "'t' is 0 in row 1"),
        ("survival(t, d) ~ x", {"t": [2.0, 1.0, -3.0]}, DomainError, "'t' is -3 in row 2"),
        ("survival(t, d) ~ x", {"d": [1, 2, 1]}, DomainError, "d == 2"),
        ("survival(t, d) ~ x", {"d": [0, 0, 0]}, DomainError, "no row .* has its event"),
        ("survival(lo, hi, type='interval') ~ x", {"hi": [1.0, 1.0, 3.0]}, DomainError, "'hi' is 1 in row 1"),
        ("survival(lo, hi, type='interval') ~ x", {"hi": [0.0, 4.0, 3.0]}, DomainError, "positive upper ends"),
        ("survival(lo, hi, type='interval') ~ x", {"lo": [np.inf, 1.0, 3.0]}, DomainError, "lower ends"),
        ("survival(x, t, d) ~ 1", {}, DomainError, "entries before the time 't'; 'x' is 4 in row 2 .1 such"),
        ("t ~ x", {}, DomainError, "needs an outcome that is a time"),
        (3, {}, IncompatibleError, "a formula and its table"),
    ],
)
def test_bad_rows_are_named(formula, change, kind, said):
    with pytest.raises(kind, match=said):
        rows(formula, TABLE | change)


PERSONS = {
    "id": [1, 1, 2, 2, 3],
    "e": [0.0, 3, 0, 2, -1],
    "t": [3.0, 5, 2, 4, 6],
    "d": [0, 1, 0, 1, 0],
    "x": [1, 2, 0, 1, 1],
}


@pytest.mark.parametrize("id", ["id", PERSONS["id"], ["id", "x"]], ids=["column", "array", "columns"])
def test_rows_of_one_person_that_follow_each_other_are_taken(id):
    assert st.aft("survival(e, t, d) ~ x", PERSONS, id=id).n == 5


@pytest.mark.parametrize(
    ("formula", "more", "said"),
    [
        ("survival(e, t, d) ~ x", {"e": [0.0, 2, 0, 2, 0]}, "rows 0 and 1 of id 1 overlap: a row begins where"),
        ("survival(e, t, d) ~ x", {"x": [1, None, 0, 1, 1], "e": [0.0, 3, 0, 1, 0]}, "rows 2 and 3 of id 2 overlap"),
        ("survival(t, d) ~ x", {}, "rows 0 and 1 of id 1 overlap: both count from the beginning"),
        ('survival(e, t, type="interval") ~ x', {}, "rows 0 and 1 of id 1 overlap"),
    ],
)
def test_rows_of_one_person_that_overlap_are_refused(formula, more, said):
    with pytest.raises(st.DomainError, match=said):
        st.aft(formula, PERSONS | more, id="id")


def test_persons_of_rows_in_files_are_not_compared(tmp_path):
    pd.DataFrame(PERSONS).to_parquet(tmp_path / "a.parquet")
    with pytest.raises(st.IncompatibleError, match="in memory"):
        st.aft("survival(e, t, d) ~ x", st.scan(tmp_path / "a.parquet"), id="id")


def test_a_dot_leaves_the_person_out():
    assert st.aft("survival(e, t, d) ~ .", PERSONS, id="id", distribution="exponential").names == ("Intercept", "x")


def test_groups_and_curves_stand_beside_times():
    table = {
        "t": [2.0, 5.0, 3.0, 4.0, 6.0, 1.0, 2.5],
        "d": [1, 0, 1, 1, 1, 0, 1],
        "x": [1.0, 2.0, 4.0, 3.0, 0.5, 6.0, 2.5],
        "g": ["a", "a", "b", "b", None, "b", "a"],
    }
    found = rows("survival(t, d) ~ . + (1 | g)", table)
    assert (found.design.names, found.n_dropped, found.dropped) == (("Intercept", "x"), 1, {"g": 1})
    assert found.latent is not None
    assert found.latent.terms[0].codes.tolist() == [0, 0, 1, 1, 1, 0]
    assert found.design.formula == "survival(t, d) ~ x + (1 | g)"
    curved = rows("survival(t, d) ~ s(x, k=4)", table)
    assert curved.latent is not None
    assert [smooth.name for smooth in curved.latent.smooths] == ["s(x)"]
    assert rows("survival(t, d) ~ x", table).latent is None


def test_groups_of_times_in_files_are_refused(tmp_path):
    path = tmp_path / "t.parquet"
    pd.DataFrame(TABLE | {"g": ["a", "a", "b"]}).to_parquet(path)
    with pytest.raises(IncompatibleError, match="Give a table in memory"):
        rows("survival(t, d) ~ x + (1 | g)", st.scan(str(path)))
