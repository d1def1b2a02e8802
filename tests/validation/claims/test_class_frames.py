"""Frames of MNLogit are read class by class, alone and one below the other."""

import numpy as np
import pandas as pd
import statsmodels.formula.api as smf

import stattools as st
from stattools.validation.claims.printed import Cells
from stattools.validation.claims.reading import by_class

RNG = np.random.default_rng(2)
TABLE = pd.DataFrame({"x": RNG.normal(size=150), "fruit": RNG.choice(["apple", "fig", "pear"], 150)})
TABLE["code"] = TABLE.fruit.astype("category").cat.codes
RESULTS = smf.mnlogit("code ~ x", TABLE).fit(disp=0)
MODELS = [st.softmax("code ~ x", TABLE), st.softmax("fruit ~ x", TABLE)]


def test_each_class_alone_and_both_together_are_right():
    _, first, second = RESULTS.summary2().tables
    for model in MODELS:
        for frame in (first, second, pd.concat([first, second])):
            assert st.audit(frame, model).ok
    assert not st.audit(first.rename(columns={"code = 0": "code = 1"}), MODELS[0]).ok


def test_other_frames_stay():
    cells = Cells("a", (("", "y = 0", "coef"),), (("x", "x", "1.5"),))
    assert by_class(cells) is cells
