"""Fits of R in the JSON that the function of the page on audits writes; by R itself where it is installed."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.errors import DomainError
from stattools.validation.claims.reading import claim_of_r, is_r_fit, r_fit_in, read_claim

DOCS = Path(st.__file__).parents[1] / "docs" / "auditing.md"

# lm(y ~ x, data.frame(y = c(1, 3, 5, 8, 8.5), x = 0:4)) of R 4.5.0
LM: dict[str, Any] = {
    "class": ["lm"],
    "call": ["lm(formula = y ~ x, data = d)"],
    "family": ["gaussian"],
    "link": ["identity"],
    "terms": ["(Intercept)", "x"],
    "coefficients": [1.099999999999999, 2.0000000000000004],
    "vcov_terms": ["(Intercept)", "x"],
    "vcov": [0.24000000000000007, -0.080000000000000029, -0.080000000000000029, 0.040000000000000015],
    "loglik": [-3.5269017769230002],
    "df": [3],
    "n": [5],
    "df_residual": [3],
    "sigma": [0.63245553203367599],
    "dispersion": None,
    "converged": ["NA"],
    "version": ["R version 4.5.0 (2025-04-11)"],
}


def test_a_fit_is_a_claim_in_full_precision():
    claim = claim_of_r(LM, "fit.json")
    assert claim.name == "R's lm in fit.json"
    assert claim.terms == ("(Intercept)", "x")
    assert_allclose(claim.columns["se"].value, [0.24**0.5, 0.2])
    assert (claim.columns["estimate"].half == 0).all()
    assert {name: float(number.value) for name, number in claim.facts.items()} == {
        "loglik": -3.5269017769230002,
        "n": 5.0,
        "df_resid": 3.0,
        "scale": 0.63245553203367599,
    }
    assert claim.said["link"] == "identity"
    assert "converged" not in claim.said


def test_the_claim_is_right():
    model = st.ols("y ~ x", {"y": [1.0, 3.0, 5.0, 8.0, 8.5], "x": [0, 1, 2, 3, 4]})
    assert st.audit(LM, model).ok
    wrong = st.audit({**LM, "vcov": [0.36, -0.12, -0.12, 0.06]}, model)
    assert not wrong.ok
    assert not st.audit({**LM, "loglik": [-4.0]}, model).ok


def test_dicts_and_files_are_recognised(tmp_path):
    assert is_r_fit(LM)
    assert not is_r_fit({"x": 1.0})
    assert r_fit_in('{"x": 1.0}') is None
    assert r_fit_in("{no json") is None
    path = tmp_path / "fit.json"
    path.write_text(json.dumps(LM))
    assert read_claim(path).terms == read_claim(LM).terms == ("(Intercept)", "x")


def test_columns_that_were_left_out_and_curves_say_nothing():
    whole = {**LM, "terms": ["(Intercept)", "x", "I(2 * x)", "s(z).1"], "coefficients": [1.1, 2.0, None, 0.3]}
    assert claim_of_r(whole, "a").terms == ("(Intercept)", "x")


def test_what_is_no_maximum_is_no_claim_of_one():
    claim = claim_of_r({**LM, "family": ["Gamma"], "sigma": None, "dispersion": [0.4]}, "a")
    assert "loglik" not in claim.facts
    assert float(claim.facts["scale"].value) == 0.4
    binomial = claim_of_r({**LM, "family": ["binomial"], "sigma": [1.0]}, "a")
    assert "scale" not in binomial.facts


def test_theta_of_negative_binomials_is_a_row():
    claim = claim_of_r({**LM, "class": ["negbin", "glm"], "theta": [4.3], "theta_se": [2.6]}, "a")
    assert claim.terms[-1] == "alpha"  # 1 / theta
    assert_allclose([claim.columns[name].value[-1] for name in ("estimate", "se")], [1 / 4.3, 2.6 / 4.3**2])
    assert claim.said["information"] == "expected apart"


def test_what_r_makes_by_its_own_formulas_is_declared():
    claim = claim_of_r({**LM, "class": ["glm", "lm"], "family": ["Gamma"]}, "a")
    assert (claim.said["information"], claim.said["dispersion"]) == ("expected", "X2")
    assert claim_of_r({**LM, "class": ["lmerMod"], "method": ["ML"]}, "a").said["likelihood"] == "ML"
    assert "df_resid" not in claim_of_r({**LM, "class": ["lmerMod"], "method": ["ML"]}, "a").facts
    several = {**LM, "class": ["multinom", "nnet"], "terms": ["b:x", "c:x"], "vcov_terms": ["b:x", "c:x"]}
    assert claim_of_r(several, "a").terms == ("b: x", "c: x")


def test_files_of_other_sizes():
    with pytest.raises(DomainError, match="2 terms and 1 coefficients"):
        claim_of_r({**LM, "coefficients": [1.0]}, "a")
    with pytest.raises(DomainError, match="2 terms and 3 covariances"):
        claim_of_r({**LM, "vcov": [1.0, 2.0, 3.0]}, "a")


FITS = {
    "lm(y ~ x + g, d)": lambda d: st.ols("y ~ x + g", d),
    "lm(y ~ x, d, weights = w)": lambda d: st.ols("y ~ x", d, precision="w"),
    "glm(b ~ x, binomial, d)": lambda d: st.logistic("b ~ x", d),
    "glm(c ~ x + offset(z), poisson, d)": lambda d: st.poisson("c ~ x", d, offset="z"),
    "glm(p ~ x, Gamma('log'), d)": lambda d: st.gamma("p ~ x", d),
    "glm(b ~ x, binomial('probit'), d)": lambda d: st.probit("b ~ x", d),
    "MASS::glm.nb(k ~ x, d, control = glm.control(epsilon = 1e-12))": lambda d: st.negative_binomial("k ~ x", d),
    "survival::coxph(survival::Surv(t, e) ~ x + z, d)": lambda d: st.cox("survival(t, e) ~ x + z", d),
    "lme4::lmer(y ~ x + (1 | w), d, REML = FALSE)": lambda d: st.linear_mixed("y ~ x + (1 | w)", d),
    "MASS::polr(factor(o) ~ x, d, Hess = TRUE)": lambda d: st.ordinal("o ~ x", d),
    "survival::survreg(survival::Surv(t, e) ~ x, d)": lambda d: st.aft("survival(t, e) ~ x", d),
    "nnet::multinom(factor(o) ~ x, d, trace = FALSE, reltol = 1e-13)": lambda d: st.softmax("o ~ x", d),
}


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(11)
    n = 80
    d = pd.DataFrame({"x": rng.normal(size=n), "z": rng.normal(size=n), "g": np.array(list("pqr"))[np.arange(n) % 3]})
    d["w"] = rng.integers(1, 9, n)
    d["y"] = 1 + d["x"] + rng.normal(size=9)[d["w"]] + rng.normal(size=n)
    d["p"] = rng.gamma(2.0, np.exp(0.3 * d["x"]))
    d["k"] = rng.negative_binomial(2, 0.4, n)
    d["b"] = (rng.random(n) < 1 / (1 + np.exp(-d["x"]))).astype(int)
    d["c"] = rng.poisson(np.exp(0.4 + 0.3 * d["x"]))
    d["o"] = np.digitize(d["x"] + rng.logistic(size=n), [-1, 1]) + 1
    d["t"] = rng.exponential(np.exp(-0.4 * d["x"])) + 0.001
    d["e"] = (rng.random(n) < 0.7).astype(int)
    return d


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed")
def test_fits_that_r_wrote_by_the_function_of_the_docs(table, tmp_path):
    found = re.search(r"```r\n(fit_to_json <- .*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    packages = sorted(set(re.findall(r"(\w+)::", found[1] + "".join(FITS))))
    there = "".join(f'stopifnot(requireNamespace("{name}", quietly = TRUE)); ' for name in packages)
    if subprocess.run(["Rscript", "-e", there], capture_output=True).returncode:
        pytest.skip(f"R lacks one of {', '.join(packages)}")
    table.to_csv(tmp_path / "d.csv", index=False)
    calls = "\n".join(f'fit_to_json({call}, "{k}.json")' for k, call in enumerate(FITS))
    (tmp_path / "all.R").write_text(f'{found[1]}\nd <- read.csv("d.csv")\n{calls}\n')
    subprocess.run(["Rscript", "all.R"], cwd=tmp_path, check=True, capture_output=True)
    for k, make in enumerate(FITS.values()):
        found = st.audit(tmp_path / f"{k}.json", make(table))
        assert found.ok, str(found)
