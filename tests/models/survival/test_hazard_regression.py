"""What the constructor of Cox's regression makes of its formula and its table."""

import numpy as np
import pandas as pd
import pytest

import stattools as st
from stattools.models.mixed.mixed_model import CurvedCox
from stattools.models.survival.cox import CoxRegression

TABLE = {"t": np.arange(1.0, 41.0), "d": np.arange(40) % 3 > 0, "x": np.arange(40.0) % 11, "z": np.arange(40.0) % 7}


def test_curves_make_another_model():
    assert type(st.cox("survival(t, d) ~ x + z", TABLE)) is CoxRegression
    assert type(st.cox("survival(t, d) ~ s(x, k=6) + z", TABLE)) is CurvedCox


def test_ties_are_checked_first():
    with pytest.raises(st.DomainError, match="ties= 'efron', 'breslow', 'exact'"):
        st.cox("survival(t, d) ~ x", TABLE, ties="none")  # type: ignore[arg-type]


def test_curves_of_rows_in_files_are_refused(tmp_path):
    pd.DataFrame(TABLE).to_parquet(tmp_path / "rows.parquet")
    with pytest.raises(st.IncompatibleError, match="in files: give a table in memory"):
        st.cox("survival(t, d) ~ s(x, k=6)", st.scan(tmp_path / "rows.parquet"))
