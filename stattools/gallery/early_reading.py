"""A study of survival that is read too early: a hazard ratio of 0, what is printed for it, and what the data do say."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from scipy import special
from statsmodels.duration.hazard_regression import PHReg

import stattools as st
from stattools.errors import IdentificationError
from stattools.inference.existence import Separation, SeparationError
from stattools.reporting.document import Block, Listing, Paragraph
from stattools.reporting.tables import between, count, number, p_said, p_value
from stattools.text.columns import percent

DAYS = 10
"""Days after which the study is read."""


def interim(heart: Any) -> Any:
    """What was known after ten days, and who was younger than 40."""
    seen = heart["days"] <= DAYS
    return heart.assign(
        days=heart["days"].clip(upper=DAYS), died=heart["died"] * seen, under_40=(heart["age"] < 40.0).astype(int)
    )


def refused(model: Any) -> SeparationError:
    """Why a model has no maximum."""
    try:
        st.fit(model)
    except SeparationError as error:
        return error
    raise IdentificationError(f"{model.title} has a maximum; this report is about one that has none.")


def printed(early: Any) -> tuple[float, float, float, bool]:
    """What statsmodels prints for the coefficient: estimate, standard error, p-value, and whether it warns."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found: Any = PHReg(early["days"], early[["under_40"]].astype(float), early["died"], ties="efron").fit()
    return float(found.params[0]), float(found.bse[0]), float(found.pvalues[0]), bool(caught)


def read_early(heart: Any) -> tuple[Block, ...]:
    """The section of the report."""
    early = interim(heart)
    model = st.cox("survival(days, died) ~ under_40", early)
    error = refused(model)
    found: Separation = error.separation
    upper = float(found.table()["upper"].iloc[0])
    statistic = 2.0 * (found.loglik - model.loglik(np.zeros(1)))
    p = float(special.chdtrc(1.0, statistic))
    estimate, se, theirs, warned = printed(early)
    young, died = early["under_40"] == 1, early["died"] == 1
    firth = st.fit(model, penalty=st.Jeffreys())
    ends = np.asarray(firth.interval(kind="profile"), dtype=float)[0]
    later = st.fit(st.cox("survival(days, died) ~ under_40", early.assign(days=heart["days"], died=heart["died"])))
    end = later.table(exponentiate=True).iloc[0]
    return (
        Paragraph(
            f"Suppose the study had been read after {DAYS} days. Of {count(float((~young).sum()))} patients of 40 and "
            f"older {count(float((died & ~young).sum()))} had died, of {count(float(young.sum()))} younger ones "
            f"{'none' if not (died & young).any() else 'some'}. The likelihood then rises for ever as the hazard ratio "
            "of the younger goes to 0, and `st.fit` says so in place of a number:"
        ),
        Listing(f"{str(error).split('. ')[0]}."),
        Paragraph(
            f"A hazard ratio of 0 is what the data favor most, not what they prove. `error.separation.table()` has the "
            f"end that they do have: by the profile likelihood a hazard ratio above {number(float(np.exp(upper)), 1)} "
            "is rejected at 5 %. The likelihood ratio to no difference is finite, "
            f"{number(statistic, 2)} on one degree of freedom, {p_said(p)}: "
            f"{count(float(died.sum()))} deaths are no proof that the younger are safe."
        ),
        Paragraph(
            f"`PHReg` of statsmodels prints {number(estimate, 1)} for the coefficient with a standard error of "
            f"{float(f'{se:.1e}'):,.0f} and p = {p_value(theirs)}: where its loop stopped, "
            f"{'with a warning that it did not converge' if warned else 'without a warning'}."
        ),
        Paragraph(
            "A number takes more than these data. With Jeffreys' prior, `st.fit(model, penalty=st.Jeffreys())`, the "
            f"hazard ratio is {number(float(np.exp(firth.estimate[0])), 2)}, with a {percent(firth.level)} profile "
            f"interval from {np.exp(ends[0]):.1g} to {np.exp(ends[1]):.1f}."
        ),
        Paragraph(
            f"With all the time that was seen, the same comparison has a hazard ratio of {number(end['estimate'], 2)} "
            f"({percent(later.level)} interval {between(end['lower'], end['upper'], 2)}), in place of 0."
        ),
    )
