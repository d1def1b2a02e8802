import pytest

import stattools as st
from tests.validation.claims.printed_pages import MODELS, page


@pytest.mark.parametrize(
    "name, facts",
    [
        ("clm", {"loglik", "aic", "n"}),
        ("lmer", {"sd of x in g", "variance of Residual", "correlation of x and (Intercept) in g", "reml_criterion"}),
        ("coxph", {"events", "concordance", "se of concordance", "lr_statistic", "wald_statistic", "score_statistic"}),
        ("glm_nb", {"theta", "se of theta"}),
        ("survreg", {"scale of times", "lr_statistic", "p of lr_statistic", "loglik_null"}),
        ("lm", {"f_statistic", "p of f_statistic", "df of f_statistic"}),
    ],
)
def test_what_pages_print_beside_their_coefficients_is_computed_again(name, facts):
    found = st.audit(page(name), MODELS[name]())
    assert facts <= set(found.facts.fact)
    assert found.facts.holds.all()
