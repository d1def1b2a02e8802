"""The report of times until an event says what statsmodels and the data say."""

import re
from typing import Any

import numpy as np
from statsmodels.datasets import heart, strikes
from statsmodels.duration.hazard_regression import PHReg
from statsmodels.duration.survfunc import SurvfuncRight, survdiff

patients: Any = heart.load_pandas().data
ended: Any = strikes.load_pandas().data
older = patients["age"] > 48


def test_curves_and_their_test_are_those_of_statsmodels(text_of):
    text = text_of("survival")
    for name, part in (("up to 48", patients[~older]), ("older than 48", patients[older])):
        curve = SurvfuncRight(part["survival"], part["censors"])
        # The middle of the stretch where the curve is one half, as in R; statsmodels has its end.
        down = [curve.surv_times[curve.surv_prob < 0.5 + eps][0] for eps in (1e-9, -1e-9)]
        median = np.mean(down)
        row = rf"\| {name} +\| +{len(part)} +\| +{int(part['censors'].sum())} +\| +{median:.0f} +\|"
        assert re.search(row, text)
    statistic, p = survdiff(patients["survival"], patients["censors"], older)
    assert f"has p = {p:.3f} (chi2 = {statistic:.2f} on 1 degree of freedom): the difference may be chance" in text


def test_the_hazard_ratio_of_age_is_that_of_statsmodels(text_of):
    found: Any = PHReg(patients["survival"], patients[["age"]], patients["censors"], ties="efron").fit()
    assert f"multiplies the hazard by {np.exp(found.params[0]):.3f} (95 % Wald interval" in text_of("survival")


def test_ties_of_strikes_are_those_of_statsmodels(text_of):
    text = text_of("survival")
    for ties in ("breslow", "efron"):
        found: Any = PHReg(ended["duration"], ended[["iprod"]], ties=ties).fit()
        numbers = (found.params[0], found.bse[0], found.llf)
        cells = r" \| +".join(f"{value:.2f}" for value in numbers)
        assert re.search(rf"\| {ties} +\| +{cells} \|", text)


def test_the_patients_that_are_far_off_are_named(text_of):
    found: Any = PHReg(patients["survival"], patients[["age"]], patients["censors"], ties="efron").fit()
    time, died = patients["survival"].to_numpy(), patients["censors"].to_numpy()
    risk = np.exp(found.params[0] * patients["age"].to_numpy())
    steps = died / (risk * (time >= time[:, None])).sum(axis=1)
    hazard = risk * (steps * (time <= time[:, None])).sum(axis=1)  # Breslow's, near enough to say who is farthest
    off = np.sign(died - hazard) * np.sqrt(-2.0 * (died - hazard + died * np.log(hazard)))
    for row, what in ((off.argmax(), "who died"), (off.argmin(), "who was alive")):
        one = patients.iloc[row]
        assert f"of {one['age']:g} {what} on day {one['survival']:g}" in text_of("survival")
