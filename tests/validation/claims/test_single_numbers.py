import pytest

from stattools.validation.claims.headings import fact, facts

SURVREG = "Scale= 0.94\n\nWeibull distribution\nLoglik(intercept only)\n"


def test_names_of_single_numbers():
    names = [
        "No. Observations",
        "Num. obs.",
        "N",
        "R\N{SUPERSCRIPT TWO}",
        "Adj. R2",
        "Log Likelihood",
        "Residual Std. Error",
    ]
    assert [fact(name) for name in names] == ["n", "n", "n", "r_squared", "adj_r_squared", "loglik", "scale"]
    assert fact("age") is None


@pytest.mark.parametrize(
    "notes, name, value",
    [
        ("Log likelihood =  -100.724       Pseudo R2   =     0.1416", "loglik", -100.724),
        ("Log likelihood =  -100.724       Pseudo R2   =     0.1416", "r_squared", 0.1416),
        ("  n= 1,228, number of events= 165 ", "n", 1228),
        ("  n= 228, number of events= 165 ", "events", 165),
        ("N = 189; log-likelihood = \N{MINUS SIGN}100.7.", "loglik", -100.7),
        (" 2 x log-likelihood:  -407.358 ", "loglik", -203.679),
        ("Residual standard error: 0.98 on 113 degrees of freedom", "scale", 0.98),
        ("Residual standard error: 0.98 on 113 degrees of freedom", "df_resid", 113),
        ("(Dispersion parameter for quasipoisson family taken to be 12.5)", "scale", 12.5),
        ("   AIC     BIC  logLik deviance df.resid\n 155.8   164.1   -74.9    149.8      117", "loglik", -74.9),
        ("Number of obs: 120, groups:  id, 12", "groups", 12),
    ],
)
def test_facts_in_words(notes, name, value):
    assert facts(notes)[name].value == pytest.approx(value)


@pytest.mark.parametrize(
    "notes", ["Date: 2026-11-27 19:39", "Pearson chi2: 200.", "Time: 19:39:51", "Prob(Omnibus): 0.15"]
)
def test_what_is_no_fact(notes):
    assert not facts(notes)


def test_rows_at_risk_are_not_all_rows():
    assert list(facts("Results: PHReg\nSample size:   299\n")) == ["rows at risk"]


def test_the_scale_of_times_is_no_dispersion():
    assert list(facts(SURVREG)) == ["scale of times"]
