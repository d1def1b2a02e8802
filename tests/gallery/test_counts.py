import re

import numpy as np
from statsmodels.api import GLM, NegativeBinomial, add_constant, families
from statsmodels.datasets import randhie

data = randhie.load_pandas().data
X = add_constant(data[["lncoins", "idp", "lpi", "fmde", "physlm", "disea", "hlthg", "hlthf", "hlthp"]])


def test_poisson_and_its_dispersion_are_statsmodels_own(text_of):
    text = text_of("counts")
    reference = GLM(data["mdvis"], X, family=families.Poisson()).fit()
    assert f"= {reference.pearson_chi2 / reference.df_resid:.2f}\n" in text
    for column in X.columns[1:]:
        assert re.search(rf"\| `{column}` +\| +{reference.params[column]:.7g}0* \|", text)


def test_the_ratio_at_the_boundary_is_that_of_two_loglikelihoods(text_of):
    text = text_of("counts")
    poisson = GLM(data["mdvis"], X, family=families.Poisson()).fit()
    start = np.append(poisson.params, 1.3)
    nb = NegativeBinomial(data["mdvis"], X).fit(start_params=start, method="newton", disp=0)
    assert f"= {2 * (nb.llf - poisson.llf):.2f}\n" in text
    assert f"= {nb.params['alpha']:.4f}$" in text
    assert "5 % point is 2.71 rather than 3.84" in text


def test_the_share_without_a_visit_is_counted(text_of):
    assert re.search(rf"\| no visit +\| +{100 * (data['mdvis'] == 0).mean():.1f} % \|", text_of("counts"))


def test_the_predictive_check_of_zeros_tells_the_two_models_apart(text_of):
    text, zeros = text_of("counts"), int((data["mdvis"] == 0).sum())
    assert re.search(rf"\| person-years without a visit +\| Poisson +\| +{zeros:,} \| .* \| below 0\.002 \|", text)
    assert re.search(rf"\| person-years without a visit +\| negative binomial +\| +{zeros:,} \| .* \| +0\.9", text)
