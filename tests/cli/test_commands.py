"""The command line answers what it does not know with what was meant."""

import pytest

from tests.cli.test_application import run


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("regress", "a.csv", "y ~ x"), "Write stattools fit ols DATA FORMULA."),
        (("lm", "a.csv", "y ~ x"), "Write stattools fit ols DATA FORMULA."),
        (("logistic", "a.csv", "y ~ x"), "Write stattools fit logistic DATA FORMULA."),
        (("analyze", "a.csv"), "Write stattools report."),
        (("anova", "a.csv"), "Write stattools compare."),
        (("score", "a.csv"), "Write stattools predict."),
        (("repor", "a.csv"), "Did you mean 'report'?"),
        (("xyzzy",), "There are fit, report"),
        (("fit", "logit", "a.csv", "y ~ x"), "Did you mean logistic?"),
        (("fit", "gaussian", "a.csv", "y ~ x"), "Did you mean ols?"),
        (("fit", "nb", "a.csv", "y ~ x"), "Did you mean negative_binomial?"),
        (("fit", "logistik", "a.csv", "y ~ x"), "Did you mean 'logistic'?"),
        (("fit", "ols", "a.csv", "y ~ x", "--family", "ols"), "It is an option of glm"),
        (("fit", "ols", "a.csv", "y ~ x", "--alpha", "0.1"), "Use --penalty or --level."),
        (("fit", "ols", "a.csv", "y ~ x", "--conf-level", "0.1"), "Use --level."),
        (("fit", "ols", "a.csv", "y ~ x", "--vcov", "HC1"), "Use --cov."),
        (("fit", "ols", "a.csv", "y ~ x", "--draws", "10"), "It is an option of stattools posterior."),
        (("fit", "ols", "a.csv", "y ~ x", "--wieghts", "w"), "Did you mean '--weights'?"),
        (("fit", "ols", "a.csv", "y ~ x", "--cov", "cluster"), "Write cluster(column)."),
    ],
)
def test_wrong_usage_names_what_was_meant(words, says):
    result = run(*words)
    assert result.exit_code == 2
    assert says in " ".join(result.stderr.replace("│", " ").split())


def test_families_are_read_however_they_are_joined(csv):
    expected = run("fit", "negative_binomial", csv, "many ~ x").stdout
    assert expected
    assert run("fit", "negative-binomial", csv, "many ~ x").stdout == expected
    assert run("fit", "Negative Binomial", csv, "many ~ x").stdout == expected


def test_a_fit_has_a_robust_covariance(csv):
    result = run("fit", "ols", csv, "y ~ x", "--cov", "hc-3")
    assert result.exit_code == 0, result.output
    assert "HC3" in result.stdout
