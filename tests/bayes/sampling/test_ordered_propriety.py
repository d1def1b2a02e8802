"""Posteriors of ordered outcomes under flat priors: proper where they overlap, refused with the reason elsewhere."""

import numpy as np
import pytest

import stattools as st
from stattools.bayes.priors.assignment import assign
from stattools.bayes.sampling.propriety import check_propriety
from stattools.errors import IdentificationError, IncompatibleError

OVERLAP = {"y": [0, 1, 0, 1, 2, 1, 2, 2, 0], "x": [1.0, 2, 3, 4, 5, 6, 7, 8, 9], "z": [1.0, 0, 1, 0, 1, 1, 0, 1, 0]}
OVERLAP["twice"] = [2 * value for value in OVERLAP["x"]]
SEPARATED = {**OVERLAP, "y": [0, 0, 0, 1, 1, 1, 2, 2, 2]}
AT_A_CUT = {**OVERLAP, "y": [0, 0, 0, 1, 2, 1, 2, 1, 2]}


def checked(formula, table, prior, **options):
    model = st.ordinal(formula, table, **options)
    check_propriety(model, assign(model, prior))


@pytest.mark.parametrize(
    ("formula", "table", "prior", "options"),
    [
        ("y ~ x + z", OVERLAP, st.Flat(), {}),
        ("y ~ x + z", OVERLAP, {name: st.Flat() for name in ("x", "z", "0|1", "1|2")}, {}),
        ("y ~ x + z", SEPARATED, {"z": st.Flat()}, {}),
        ("y ~ x + twice", OVERLAP, {"x": st.Flat()}, {}),
        ("y ~ x", AT_A_CUT, st.Flat(), {}),
        ("y ~ x", AT_A_CUT, None, {"nonparallel": "x"}),
        ("y ~ x + z", OVERLAP, {"x": st.Flat()}, {"scale": "~ z"}),
    ],
)
def test_overlap_along_the_flat_columns_is_enough(formula, table, prior, options):
    checked(formula, table, prior, **options)


@pytest.mark.parametrize(
    ("formula", "table", "prior", "options", "reason"),
    [
        ("y ~ x", SEPARATED, st.Flat(), {}, "flat prior of x the outcomes are separated"),
        ("y ~ x + z", SEPARATED, {"x": st.Flat()}, {}, "flat prior of x the outcomes are separated"),
        ("y ~ x + twice", OVERLAP, st.Flat(), {}, "flat prior of x, twice the data do not determine them"),
        ("y ~ x", AT_A_CUT, st.Flat(), {"nonparallel": "x"}, r"of 0\|1: x, 1\|2: x the outcomes are separated"),
        ("y ~ x + z", OVERLAP, {"log scale: z": st.Flat()}, {"scale": "~ z"}, "flat prior of log scale: z"),
    ],
)
def test_no_posterior_is_made_of_a_likelihood_that_does_not_fall(formula, table, prior, options, reason):
    with pytest.raises(IdentificationError, match=reason):
        checked(formula, table, prior, **options)


def test_thresholds_have_a_default_prior_about_the_mean_of_the_columns():
    priors = assign(st.ordinal("y ~ x + z", OVERLAP, nonparallel="z"))
    assert priors.is_proper
    assert priors.lines()[1] == "0|1 ~ Normal(0, 5), the threshold at the mean of the columns, in their order"
    np.testing.assert_allclose(priors.rows[2], [-5.0, 0.0, 1.0, 0.0, -5.0 / 9.0])
    thresholds = (priors.sample(500, seed=1) @ priors.rows.T)[:, 1:3]
    assert (np.diff(thresholds, axis=1) > 0.0).all()
    assert abs(thresholds.mean()) < 0.5


def test_draws_from_the_prior_need_one_prior_of_all_thresholds():
    model = st.ordinal("y ~ x", OVERLAP)
    with pytest.raises(IncompatibleError, match=r"0\|1, 1\|2 have Normal\(0, 1\), Normal\(0, 5\)"):
        assign(model, {"0|1": st.Normal(0, 1)}).sample(3, seed=1)
