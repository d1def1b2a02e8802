"""Files of Cox's regression that were edited: each field that no fit has is refused by its rule."""

from dataclasses import replace

import numpy as np
import pytest

import stattools as st
from stattools.inference.storage.walker import BrokenRule, require
from stattools.inference.storage.without_rows import SavedCoxFit

TABLE = {"t": [1.0, 2, 2, 3, 5, 8, 9, 9], "d": [1, 1, 0, 1, 1, 0, 1, 1], "x": [3.0, 1, 2, 2, 4, 1, 2, 0]}
HELD = SavedCoxFit.of(st.fit(st.cox("survival(t, d) ~ x", TABLE | {"s": list("ab") * 4}, strata="s")))


def test_a_fit_has_no_broken_rule():
    require(HELD)


@pytest.mark.parametrize(
    "field",
    [
        {"kind": "ordinal"},
        {"ties": "heavy"},
        {"center": np.zeros(2)},
        {"hazards": HELD.hazards[:-1]},
        {"hazards": HELD.hazards[::-1].copy()},
        {"means": np.full_like(HELD.means, np.nan)},
        {"squares": -HELD.squares},
        {"times": HELD.times[::-1].copy()},
        {"strata_of_times": HELD.strata_of_times + 1.0},
        {"strata_of_times": HELD.strata_of_times[::-1].copy()},
        {"strata": (("a", "a"),)},
        {"strata": None},
        {"deaths": HELD.at_risk + 1.0},
        {"last": 4.0},
        {"rows": 0},
        {"n_dropped": 3},
        {"covariance": -np.asarray(HELD.covariance)},
        {"covariance": 2.0 * np.asarray(HELD.covariance)},
        {"cov": "none"},
        {"t_df": -1.0},
        {"loglik": 0.0},
        {"ratio": np.inf},
        {"level": 1.0},
        {"solution": replace(HELD.solution, estimate=np.zeros(2), covariance=np.eye(2))},
    ],
    ids=lambda field: next(iter(field)),
)
def test_each_rule_is_held(field):
    with pytest.raises((BrokenRule, st.StattoolsError)):
        require(replace(HELD, **field))
