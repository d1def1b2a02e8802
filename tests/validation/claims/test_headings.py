import pytest

from stattools.validation.claims.headings import heading, share

KINDS = {
    "term": ["term", "Variable", "Unnamed: 0", "coefficients"],
    "estimate": [
        "Estimate",
        "Coef.",
        "coef",
        "B",
        "\N{GREEK SMALL LETTER BETA}",
        "OR",
        "Odds Ratio",
        "exp(coef)",
        "HR",
        "Value",
        r"$\hat\beta$",
    ],
    "se": ["Std. Error", "std.error", "Std.Err.", "std err", "S.E.", "se(coef)", "robust se", "SE"],
    "statistic": ["z", "t value", "statistic", "Wald", "z-value"],
    "p": ["P>|z|", "Pr(>|t|)", "p.value", "p", "P-value", "Sig."],
    "lower": ["[0.025", "2.5 %", "conf.low", "lower .95", "Lower 95%", "95% CI lower", "5 %"],
    "upper": ["0.975]", "97.5 %", "conf.high", "upper .95", "95 %"],
    "interval": ["95% CI", "[95% conf. interval]", "95% Conf. Interval", "Confidence interval (90%)"],
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_columns_are_called(kind):
    for text in KINDS[kind]:
        found = heading(text)
        assert found is not None, text
        assert found.kind == kind, text


@pytest.mark.parametrize("text", ["", "(1)", "Model 1", "low_birth", "x", "OLS", "age"])
def test_what_is_no_heading_of_ours(text):
    assert heading(text) is None


@pytest.mark.parametrize(
    "text, said",
    [
        ("Pr(>|t|)", {"statistic": "t"}),
        ("z value", {"statistic": "z"}),
        ("[0.05", {"level": "0.9"}),
        ("99.5 %", {"level": "0.99"}),
        ("lower .90", {"level": "0.9"}),
        ("90% CI", {"level": "0.9"}),
        ("Haz. ratio", {"exponentiated": "Haz. ratio"}),
        ("robust se", {"covariance": "robust se"}),
        ("HC3 s.e.", {"covariance": "HC3"}),
        ("clustered SE", {"covariance": "clustered"}),
    ],
)
def test_what_headings_say(text, said):
    found = heading(text)
    assert found is not None
    assert found.said == said


def test_a_level_is_a_share():
    assert [share(text) for text in ("95", "99.5 %", "90,0")] == ["0.95", "0.995", "0.9"]


@pytest.mark.parametrize("text", ["B (SE)", "b (se)", "Coef. (Std. Err.)", "B [SE]"])
def test_estimates_with_their_errors_in_brackets(text):
    found = heading(text)
    assert (found.kind, found.inside) == ("estimate", ("se",))
    assert heading("bse").kind == "se"
