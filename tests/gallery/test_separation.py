import re

import numpy as np
import pytest
from statsmodels.api import Logit, add_constant

from stattools.errors import IdentificationError
from stattools.gallery.separation import printed, refused, tumors
from stattools.models.regressions.glm import logistic

data = tumors()


def test_the_data_are_those_of_the_paper():
    assert data.shape == (79, 4)
    assert data["HG"].sum() == 30
    assert (data.loc[data["NV"] == 1, "HG"] == 1).all()
    assert (data["NV"] == 1).sum() == 13


def test_the_finite_coefficients_are_those_of_the_other_tumors(text_of):
    rest = data[data["NV"] == 0]
    reference = Logit(rest["HG"], add_constant(rest[["PI", "EH"]])).fit(disp=0)
    found = refused(logistic("HG ~ NV + PI + EH", data)).separation.table().set_index("term")
    assert found.loc["NV", "estimate"] == np.inf
    for term in ("PI", "EH"):
        np.testing.assert_allclose(found.loc[term, "estimate"], reference.params[term], rtol=1e-6)
        np.testing.assert_allclose(found.loc[term, "se"], reference.bse[term], rtol=1e-6)
    assert re.search(r"\| `NV` +\| +∞ \| +∞ \| .* \| +∞ \| +3.61 to ∞ +\|", text_of("separation"))


def test_what_is_printed_elsewhere_is_computed_and_no_maximum():
    answers = printed(logistic("HG ~ NV + PI + EH", data))
    places = [run["estimate"] for run in answers.values()]
    assert min(np.diff(sorted(places))) > 0.5
    assert {run["converged"] for run in answers.values()} == {True, False}
    assert all(run["warned"] != run["converged"] for run in answers.values())


def test_the_way_out_is_that_of_logistf(text_of):
    """R's logistf, as its documentation prints it for these data: 2.929 (0.610 to 7.855)."""
    assert re.search(r"\| `NV` +\| +2.93 \| +1.55 \| .* \| +19 \| +0.90 to 391 +\|", text_of("separation"))
    assert "interval 0.61 to 7.85 for `NV`" in text_of("separation")


def test_outcomes_that_overlap_are_not_for_this_report():
    with pytest.raises(IdentificationError, match="overlap"):
        refused(logistic("HG ~ PI + EH", data))
