"""The page that a fit prints."""

import numpy as np

import stattools as st
from tests.inference.test_fitting import data


def test_the_page():
    frame = data()
    frame.loc[3:5, "x1"] = None
    frame["answer"] = np.where(frame.b == 1, "yes", "no")
    page = str(st.fit(st.logistic("answer ~ x1 + g", frame)))
    for piece in (
        "Logistic regression for P(answer = 'yes')",
        "answer ~ x1 + g",
        "247 rows, 3 dropped for missing values (x1 3)",
        "g[T.b]",
        "Intervals: 0.95, Wald",
        "Within 1e-8 standard errors of the maximum (Newton",
        "McFadden R²",
        "inverse information",
    ):
        assert piece in page
    assert max(map(len, page.splitlines())) <= 80
    assert "on 247 df" not in page
