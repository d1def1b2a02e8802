import re

import numpy as np
import pandas as pd
import pytest

import stattools as st
from stattools.gallery.filter import breakdown, example, long_weights, nile


def test_the_places_of_the_breakdown_are_printed(text_of):
    for label, w in long_weights().items():
        assert re.search(rf"\| {label} +\| +{breakdown(w):,} \|", text_of("filter"))
    assert breakdown(np.full(3000, 0.5)) == 1024


def test_the_code_in_the_report_runs(text_of):
    code = re.search(r"```python\n(.*?)```", text_of("filter"), re.DOTALL)
    assert code is not None
    x, w = example()
    *lines, last = code[1].strip().splitlines()
    space: dict = {}
    exec("\n".join(lines), space)
    np.testing.assert_array_equal(eval(last, space), st.exponential_filter(x, w))


def test_what_is_said_of_other_libraries_is_true():
    from scipy.linalg import solve_banded
    from scipy.signal import lfilter

    x = np.ones(9)
    x[4] = np.nan
    assert np.isnan(lfilter([0.3], [1.0, -0.7], x)[4:]).all()
    band = np.array([np.ones(9), np.append(np.full(8, -0.7), 0.0)])
    assert np.isnan(solve_banded((1, 0), band, 0.3 * x, check_finite=False)).all()
    assert pd.Series(x).ewm(alpha=0.3).mean().notna().all()


def test_the_weight_is_that_of_the_fit(text_of):
    fit = st.fit(st.exponential_smoothing(nile()))
    weight = 1 / (1 + np.exp(-fit.estimate[0]))
    assert f"asks for a weight of {weight:.3f}" in text_of("filter")
    mean = fit.forecast(1)["mean"][0]
    assert f"forecast as {mean:.0f}" in text_of("filter")
    assert mean == pytest.approx(fit.model.errors(fit.estimate).level[-1])
