import re

import numpy as np
from statsmodels.api import MNLogit, add_constant
from statsmodels.datasets import anes96

data = anes96.load_pandas().data
reference = MNLogit(data["PID"].astype(int), add_constant(data[["selfLR", "age", "income"]])).fit(disp=0)


def test_the_last_category_is_that_of_statsmodels(text_of):
    text = text_of("softmax")
    for term, ours in (("selfLR", "left_right"), ("age", "age"), ("income", "income")):
        value = reference.params.loc[term].iloc[-1]
        assert re.search(rf"\| `strong Republican` \| `{ours}` +\| +{value:.7g}0* \|", text)


def test_the_probabilities_are_those_of_statsmodels(text_of):
    text = text_of("softmax")
    at = [[1.0, place, data["age"].mean(), data["income"].mean()] for place in (1, 4, 7)]
    share = 100 * np.asarray(reference.predict(at))[:, 0]
    cells = " +".join(rf"\| +{value:.1f} \([\d.]+ to [\d.]+\)" for value in share)
    assert re.search(rf"\| strong Democrat +{cells} +\|", text)


def test_the_slopes_rise_as_the_report_says(text_of):
    assert (np.diff([0.0, *reference.params.loc["selfLR"]]) > 0).all()
    assert "they rise from each step to the next" in text_of("softmax")
