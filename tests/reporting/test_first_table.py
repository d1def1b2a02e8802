"""The columns of a table described, whole and by groups."""

import numpy as np
import pandas as pd
import pytest

import stattools as st
from stattools.errors import DomainError, IncompatibleError
from stattools.reporting.document import Paragraph
from stattools.reporting.first_table import _summed, columns_of, described, grouped

RNG = np.random.default_rng(0)
DATA = pd.DataFrame({"x": RNG.normal(5.0, 2.0, 60), "g": RNG.choice(["a", "b", "c"], 60), "s": RNG.integers(0, 2, 60)})
DATA["y"] = DATA.x + RNG.normal(size=60)
DATA["w"] = RNG.integers(0, 4, 60)
DATA.loc[[1, 2, 3], "x"] = np.nan
DATA.loc[4, "g"] = None
MODEL = st.ols("y ~ log(x) + g + C(s)", DATA)
USED = DATA.dropna(subset=["x", "g"])


def cells(table):
    """The rows by column and label."""
    found, name = {}, ""
    for first, label, *rest in table.rows:
        name = first or name
        found[name.strip("`"), label] = rest
    return found


def test_numbers_and_levels_are_those_of_the_rows_used_and_gaps_those_of_the_table():
    numbers, levels = described(MODEL)
    rows = {row[0]: row[1:] for row in numbers.rows}
    assert set(rows) == {"`y`", "`x`"}
    x = USED.x
    assert rows["`x`"] == (
        *(f"{value:.2f}" for value in (x.mean(), x.std())),
        *(f"{value:.6g}" for value in (x.median(), x.min(), x.max())),
        "3",
    )
    found = cells(levels)
    for label, n in USED.g.value_counts().items():
        assert found["g", label] == [f"{n} ({100 * n / len(USED):.1f} %)"]
    assert found["g", "missing"] == ["1"]
    assert ("s", "missing") not in found
    assert found["s", "0"][0].startswith(str((USED.s == 0).sum()))


def test_groups_stand_side_by_side():
    (table,) = grouped(MODEL, "s")
    assert table.header[2:] == ("all", "`s`: 0", "`s`: 1")
    found = cells(table)
    assert found["rows", ""] == [str(len(USED)), *(str((USED.s == k).sum()) for k in (0, 1))]
    parts = [USED, USED[USED.s == 0], USED[USED.s == 1]]
    assert found["x", "mean"] == [f"{part.x.mean():.2f} ({part.x.std():.2f})" for part in parts]
    assert found["x", "missing"] == ["3", *(str(DATA.x[DATA.s == k].isna().sum()) for k in (0, 1))]
    assert found["g", "a"][1] == f"{(parts[1].g == 'a').sum()} ({100 * (parts[1].g == 'a').mean():.1f} %)"
    assert not any(name == "s" for name, _ in found)
    by_gaps = grouped(st.ols("y ~ s", DATA), "g")[0]
    assert by_gaps.header[-1] == "`g`: missing"


def test_a_row_seen_several_times_counts_so_often():
    weighted, repeated = st.ols("y ~ x + g", DATA, weights="w"), DATA.loc[DATA.index.repeat(DATA.w)].reset_index()
    whole = st.ols("y ~ x + g", repeated)
    ours, theirs = cells(grouped(weighted, "s")[0]), cells(grouped(whole, "s")[0])
    assert ours["observations", ""] == theirs["rows", ""]
    for key in theirs.keys() - {("rows", ""), ("x", "missing"), ("g", "missing")}:
        assert ours[key] == theirs[key]


def test_many_columns_are_cut_and_said_so():
    wide = pd.DataFrame(RNG.normal(size=(50, 34)), columns=[f"v{k}" for k in range(34)])
    wide["u"] = RNG.normal(size=50)
    blocks = described(st.ols("u ~ .", wide))
    assert blocks[-1] == Paragraph("and 5 more columns.")


def test_arrays_have_no_table():
    model = st.ols(DATA.y, DATA[["w"]])
    assert described(model) == columns_of(model) == ()
    with pytest.raises(IncompatibleError, match="by= compares the columns of a table in memory"):
        grouped(model, "s")
    with pytest.raises(IncompatibleError, match="by="):
        grouped(st.coin([1, 0, 1]), "s")


@pytest.mark.parametrize(
    "by, said", [("nobody", "no column 'nobody'"), ("y", "'y' has 60"), (["a"] * 60, "by= names the column")]
)
def test_groups_that_cannot_stand_side_by_side(by, said):
    with pytest.raises(DomainError, match=said):
        grouped(MODEL, by)


@pytest.mark.parametrize("unit", [1e-300, 1e-160, 1e160, 1e300])
def test_columns_in_extreme_units_have_the_same_digits(unit):
    values, weight = np.array([-1.2, 0.3, 2.5, 0.7]), np.array([1.0, 2.0, 1.0, 0.0])
    plain, scaled = _summed(values, weight), _summed(unit * values, weight)
    assert np.array(scaled) / unit == pytest.approx(np.array(plain), rel=1e-12)
