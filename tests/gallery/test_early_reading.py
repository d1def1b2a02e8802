"""A study that is read too early: the words follow from the data."""

import re

import numpy as np
import pytest
from scipy.special import chdtrc

import stattools as st
from stattools.errors import IdentificationError
from stattools.gallery.survival import DAYS, interim, refused, transplants

FORMULA = "survival(days, died) ~ under_40"


def test_the_likelihood_rises_to_the_supremum_that_the_test_is_made_of(text_of):
    early = interim(transplants())
    model = st.cox(FORMULA, early)
    far, none = model.loglik(np.array([-40.0])), model.loglik(np.zeros(1))
    text = text_of("survival")
    p = chdtrc(1.0, 2.0 * (far - none))
    assert f"finite, {2.0 * (far - none):.2f} on one degree of freedom, p = {p:.3f}: 4 deaths" in text
    young = early["under_40"] == 1
    assert (early["died"][young] == 0).all()
    assert (
        f"after {DAYS} days. Of {(~young).sum()} patients of 40 and older 4 had died, of {young.sum()} younger" in text
    )


def test_the_end_is_where_the_likelihood_ratio_rejects(text_of):
    model = st.cox(FORMULA, interim(transplants()))
    end = float(re.search(r"a hazard ratio above ([\d.]+) is rejected", text_of("survival"))[1])  # type: ignore[index]
    drop = 2.0 * (model.loglik(np.array([-40.0])) - model.loglik(np.log([end])))
    assert drop == pytest.approx(3.84, abs=0.15)  # the end is printed with one decimal


def test_data_with_a_maximum_are_no_example():
    with pytest.raises(IdentificationError, match="has a maximum"):
        refused(st.cox("survival(days, died) ~ age", transplants()))
