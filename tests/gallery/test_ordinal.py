"""The report of ordered outcomes says what statsmodels and the data say."""

import re
from typing import Any

import numpy as np
from statsmodels.api import Logit, add_constant
from statsmodels.datasets import anes96
from statsmodels.miscmodels.ordinal_model import OrderedModel

data: Any = anes96.load_pandas().data
COLUMNS = ["selfLR", "age", "income"]


def test_the_coefficients_are_those_of_statsmodels(text_of):
    model = OrderedModel(data["PID"].astype(int), data[COLUMNS], distr="logit")
    reference = model.fit(method="bfgs", disp=0)
    text = text_of("ordinal")
    for column, ours in zip(COLUMNS, ("left_right", "age", "income"), strict=True):
        assert re.search(rf"\| `{ours}` +\| +{reference.params[column]:.3g}\d* +\|", text.replace("−", "-"))
    threshold = reference.params.iloc[3]
    assert re.search(rf"`strong Democrat.{{1,2}}weak Democrat` +\| +{threshold:.3f} +\|", text)


def test_the_effects_at_the_cuts_are_near_those_of_six_logistic_regressions(text_of):
    text = text_of("ordinal")
    cells = re.findall(r"\| above .* \| +([\d.]+) +\| +([\d.]+) to ([\d.]+) +\|", text)
    assert len(cells) == 6
    for k, (value, lower, upper) in enumerate(cells):
        single = Logit((data["PID"] > k).astype(float), add_constant(data[COLUMNS])).fit(disp=0)
        assert abs(float(value) - single.params["selfLR"]) < 0.4 * (float(upper) - float(lower))
    assert float(cells[0][0]) < min(float(cell[0]) for cell in cells[1:])
    assert "The effect is smallest at the first cut" in text


def test_the_answer_has_the_odds_ratio_and_the_test(text_of):
    text = text_of("ordinal")
    assert f"by {np.exp(0.99433321):.2f} (95 % Wald interval" in text
    assert "One number for all cuts says too little, though (p < 0.001)" in text
