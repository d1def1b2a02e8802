"""Groups: labels of any kind, of the rows kept or of the table before; rows as a series."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.errors import IncompatibleError
from stattools.inference.covariance import HAC, Cluster
from tests.inference.covariance.test_estimate import BOTH, FIRST, draw, gap, refused, sandwich


def test_a_group_without_weight_does_not_count():
    model = draw("ols", weights=(FIRST != 3).astype(float))
    rest = np.flatnonzero(FIRST != 3)
    without = st.ols(model.rows.y[rest], model.rows.X[rest, 1:])
    assert sandwich(model, Cluster(FIRST, kind="CR1")).df == 38
    assert gap(sandwich(model, Cluster(FIRST)).matrix, sandwich(without, Cluster(FIRST[rest])).matrix) < 1e-11


@pytest.mark.parametrize("convert", [list, np.asarray, pd.Series, pd.Categorical, lambda v: [f"g{x}" for x in v]])
def test_groups_in_any_dress(convert):
    model = draw("ols")
    expected = sandwich(model, Cluster(FIRST)).matrix
    assert_allclose(sandwich(model, Cluster(convert(FIRST))).matrix, expected, rtol=1e-10)


def test_hac_needs_a_series():
    refused(draw("ols", n=20), HAC(20), r"HAC\(lags=20\) needs more rows than lags; the fit has 20")
    refused(draw("ols", weights=1.0 + FIRST), HAC(2), r"HAC needs rows in the order of time, each seen once")
    gap_in_time = kept(st.ols("y ~ x", GAPS), None)
    refused(gap_in_time, HAC(1), r"HAC needs rows at equal steps of time, and 1 were dropped")
    refused(kept(gap_in_time, [0, 1, 3, 4, 5]), HAC(1), r"HAC needs rows at equal steps of time")
    sandwich(kept(gap_in_time, [1, 2, 3, 4, 5]), HAC(1))  # the first row has no lag: nothing is missing between


def test_groups_that_do_not_fit():
    model = draw("ols")
    refused(
        model, Cluster(FIRST[:-1]), r"Cluster\(groups\) needs one label for each of the 240 rows of the fit; got 239"
    )
    refused(model, Cluster(np.zeros(240)), r"Cluster\(1 groups\) needs two groups or more; all rows are in one")
    refused(model, Cluster(FIRST, np.zeros(240)), r"needs two groups or more")
    refused(model, Cluster(BOTH), r"for two ways write Cluster\(groups1, groups2\)")
    gaps = pd.Series(FIRST, name="firm").astype(float)
    gaps[17] = np.nan
    refused(model, Cluster(gaps), r"Cluster\(firm\) needs a group for every row; 1 have none, the first is row 17")
    refused(model, Cluster("firm"), r"Cluster\('firm'\) names a column, and", IncompatibleError)


GAPS = {"y": [1.0, 2.0, None, 4.0, 4.5, 7.0], "x": [1, 2, 3, 4, 6, 5], "firm": ["a", "b", None, "b", "c", "a"]}


def kept(model: st.Model, rows: list[int] | None, source: Any = None) -> st.Model:
    """The model as its constructor leaves it: with the numbers of the rows kept, and the table that they came from."""
    object.__setattr__(model, "kept", None if rows is None else np.array(rows))
    object.__setattr__(model, "source", source)
    return model


def test_groups_of_the_table_before_rows_were_dropped():
    model = kept(st.ols("y ~ x", GAPS), None)
    refused(
        model, Cluster(GAPS["firm"]), r"has 6 labels, and the fit has 5 rows after 1 were dropped for missing values"
    )
    expected = sandwich(model, Cluster(["a", "b", "b", "c", "a"]))
    aware = kept(model, [0, 1, 3, 4, 5], GAPS)
    assert_allclose(sandwich(aware, Cluster(GAPS["firm"])).matrix, expected.matrix)
    named = sandwich(aware, Cluster("firm"))
    assert_allclose(named.matrix, expected.matrix)
    assert (named.name, expected.name) == ("Cluster(firm, CR2)", "Cluster(3 groups, CR2)")
    refused(aware, Cluster("film"), r"the data have no column 'film'. Did you mean 'firm'\?")
    gaps = dict(GAPS, firm=["a", None, "a", "b", "c", "a"])
    refused(
        kept(model, [0, 1, 3, 4, 5], gaps), Cluster("firm"), r"Cluster\(firm\) needs a group for every row; 1 have none"
    )
