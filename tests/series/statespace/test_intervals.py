import numpy as np

import stattools as st
from tests.series.statespace.series_cases import NILE


def test_wald_intervals_of_variances_are_positive_and_exact_on_the_log_scale():
    fit = st.fit(st.local_level(NILE))
    lower, upper = fit.interval(0.95)
    z = 1.959963984540054
    np.testing.assert_allclose(np.log(upper / fit.estimate), z * fit.se / fit.estimate, rtol=1e-12)
    np.testing.assert_allclose(lower * upper, fit.estimate**2, rtol=1e-12)
    assert fit.table()["statistic"].isna().all()


def test_coefficients_keep_their_wald_test():
    x = (np.arange(100) >= 27) * 1.0  # the first dam at Aswan, 1899
    fit = st.fit(st.local_level(NILE, X=x, names=["dam"]))
    row = fit.table().set_index("term").loc["beta.dam"]
    assert row["statistic"] == fit.estimate[2] / fit.se[2]
    assert row["lower"] < row["estimate"] < row["upper"]
