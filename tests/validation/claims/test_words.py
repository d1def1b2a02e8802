import pytest

from stattools.validation.claims.headings import said


@pytest.mark.parametrize(
    "notes, name, text",
    [
        ("Dep. Variable:      low   R-squared:   0.1", "outcome", "low"),
        (
            'Call:\nglm(formula = b ~ x + log(t), family = binomial(link = "probit"), data = d)',
            "formula",
            "b ~ x + log(t)",
        ),
        ('Call:\nglm(formula = b ~ x, family = binomial(link = "probit"), data = d)', "link", "probit"),
        ("coxph(formula = Surv(t, e) ~ x + g, data = d)", "outcome", "Surv(t, e)"),
        (" Family: binomial  ( logit )\nFormula: b ~ x + (1 | id)\n   Data: d", "link", "logit"),
        (" Family: binomial  ( logit )\nFormula: b ~ x + (1 | id)\n   Data: d", "formula", "b ~ x + (1 | id)"),
        ("Covariance Type:    HC1", "covariance", "HC1"),
        ("(Std. err. adjusted for 12 clusters in id)", "covariance", "Std. err. adjusted for 12 clusters in id"),
        ("             |               Robust", "covariance", "Robust"),
        ("90% confidence intervals in brackets", "level", "0.9"),
        ("Exponentiated coefficients; t statistics in parentheses", "exponentiated", "Exponentiated coefficients"),
        ("Linear mixed model fit by REML ['lmerMod']", "method", "REML"),
        ("Ties:     Breslow", "ties", "Breslow"),
        ("Converged:     No", "converged", "No"),
    ],
)
def test_what_the_words_say(notes, name, text):
    assert said(notes)[name] == text


def test_words_that_say_nothing():
    assert said("Standard errors in parentheses\n* p<0.05") == {}
