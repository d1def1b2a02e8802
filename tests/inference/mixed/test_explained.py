import numpy as np
from numpy.testing import assert_allclose

import stattools as st
from tests.inference.mixed.balanced import OF_GROUPS, WITHIN, fitted
from tests.latent.certified import table


def test_shares_of_a_balanced_layout_are_those_of_its_mean_squares():
    fit = fitted()
    frame = fit.intraclass()
    assert frame["group"].tolist() == ["g", "Residual"]
    assert_allclose(frame["variance"], [OF_GROUPS, WITHIN], rtol=1e-8)
    assert_allclose(frame["share"], np.array([OF_GROUPS, WITHIN]) / (OF_GROUPS + WITHIN), rtol=1e-8)
    row = fit.goodness().iloc[0]
    assert_allclose(row["icc"], frame["share"][0])
    assert_allclose(row["r2_marginal"], 0.0, atol=1e-15)
    assert_allclose(row["r2_conditional"], row["icc"])
    assert_allclose(row["sigma"] ** 2, WITHIN, rtol=1e-8)


def test_slopes_count_with_the_rows_they_are_in():
    sleep = table("sleepstudy")
    row = st.fit(st.linear_mixed("Reaction ~ Days + (Days | Subject)", sleep)).goodness().iloc[0]
    # MuMIn::r.squaredGLMM of lme4's fit in R: 0.2786511, 0.7992199
    assert_allclose(row[["r2_marginal", "r2_conditional"]].to_numpy(dtype=float), [0.2786511, 0.7992199], rtol=1e-5)
