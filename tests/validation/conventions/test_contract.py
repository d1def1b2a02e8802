"""Published tables of Stata and R, as the tests of statsmodels carry them: the convention of each is named."""

import importlib
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import stattools as st
from tests.sizes import first

ROBUST = "statsmodels.regression.tests.results"
COUNTS = "statsmodels.discrete.tests.results.results_count_robust_cluster"
WEIGHTS = "statsmodels.genmod.tests.results.results_glm_poisson_weights"
GRUNFELD, MACRO = f"{ROBUST}.results_grunfeld_ols_robust_cluster", f"{ROBUST}.results_macro_ols_robust"


def results(module):
    """A module of statsmodels' tests, where it is installed."""
    return pytest.importorskip(module)


@cache
def ships():
    folder = Path(results(COUNTS).__file__).parent
    table = pd.read_csv(folder / "ships.csv")
    return table[table.accident.notna()].reset_index(drop=True)


@cache
def grunfeld():
    table = importlib.import_module("statsmodels.datasets.grunfeld").load_pandas().data.iloc[:200]
    return table.rename(columns={"value": "mvalue", "capital": "kstock", "firm": "company", "year": "time"})


@cache
def macro():
    table = importlib.import_module("statsmodels.datasets.macrodata").load_pandas().data
    growth = {
        name: 400 * np.diff(np.log(table[column])) for name, column in {"gdp": "realgdp", "inv": "realinv"}.items()
    }
    return pd.DataFrame(
        {"g_realinv": growth["inv"], "g_realgdp": growth["gdp"], "L_realint": table.realint.to_numpy()[:-1]}
    )


@cache
def punished():
    table = importlib.import_module("statsmodels.datasets.cpunish").load_pandas().data
    table.columns = [name.lower() for name in table.columns]
    weights = [1, 1, 1, 2, 2, 2, 3, 3, 3, 1, 1, 1, 2, 2, 2, 3, 3]
    table = table.assign(LN_VC100k96=np.log(table.vc100k96), fweight=weights)
    return table.assign(id=np.arange(1, 18) // 2).drop(columns="vc100k96")


def accidents(kind=st.poisson, **options: Any):
    return kind("accident ~ yr_con + op_75_79", ships(), **options)


def invest():
    return st.ols("invest ~ mvalue + kstock", grunfeld())


def growth():
    return st.ols("g_realinv ~ g_realgdp + L_realint", macro())


def executions(kind=st.poisson):
    return kind("executions ~ income + perpoverty + perblack + LN_VC100k96 + south + degree", punished())


TABLES = {
    (COUNTS, "results_poisson_clu"): (accidents, "clustered by ship (5 groups, G / (G - 1))"),
    (COUNTS, "results_poisson_hc1"): (accidents, "Stata's vce(robust)"),
    (COUNTS, "results_poisson_exposure_nonrobust"): (accidents, "service as exposure"),
    (COUNTS, "results_poisson_exposure_hc1"): (accidents, "service as exposure; ... vce(robust)"),
    (COUNTS, "results_poisson_exposure_clu"): (accidents, "service as exposure; ... clustered by ship"),
    (COUNTS, "results_negbin_clu"): (accidents, "negative binomial ... clustered by ship"),
    (COUNTS, "results_negbin_hc1"): (accidents, "negative binomial ... vce(robust)"),
    (COUNTS, "results_negbin_exposure_nonrobust"): (accidents, "service as exposure; negative binomial"),
    (COUNTS, "results_negbin_exposure_clu"): (
        accidents,
        "service as exposure; negative binomial ... clustered by ship",
    ),
    (GRUNFELD, "results_cluster"): (invest, "clustered by company (10 groups, G / (G - 1) (n - 1) / (n - p))"),
    (GRUNFELD, "results_cluster_large"): (invest, "clustered by company (10 groups, no correction) ... a normal"),
    (GRUNFELD, "results_cluster_2groups_small"): (
        invest,
        "clustered by company and time (all terms with the smaller G)",
    ),
    (GRUNFELD, "results_cluster_2groups_large"): (invest, "clustered by company and time (no correction) ... a normal"),
    (GRUNFELD, "results_cluster_crv3"): (invest, "clustered by company (10 groups, jackknife)"),
    (MACRO, "results_hc0"): (growth, "HC1"),
    (MACRO, "results_newey4"): (growth, "with 4 lags (times n / (n - p))"),
    (MACRO, "results_ivhac4_small"): (growth, "with 4 lags (times n / (n - p))"),
    (MACRO, "results_ivhac4_large"): (growth, "with 4 lags (no correction) ... a normal"),
    (MACRO, "results_ivhc0_small"): (growth, "HC1"),
    (MACRO, "results_ivhc0_large"): (growth, "HC0 ... a normal"),
    (WEIGHTS, "results_poisson_none_nonrobust"): (executions, "as it stands"),
    (WEIGHTS, "results_poisson_none_hc1"): (executions, "Stata's vce(robust)"),
    (WEIGHTS, "results_poisson_none_clu1"): (executions, "clustered by id"),
}
"""By module and name: the model that a reader would fit, and the words that name what the table did beside it."""


def printed(table):
    """The table as Stata prints it: seven digits, statistics with two and p-values with three decimals."""
    names = list(table.params_table_colnames)
    called = {
        "b": "estimate",
        "se": "se",
        "t": "statistic",
        "z": "statistic",
        "pvalue": "p",
        "ll": "lower",
        "ul": "upper",
    }
    frame = pd.DataFrame(table.params_table, columns=names)
    frame = frame[[name for name in names if name in called]].rename(columns=called)
    digits = {"statistic": ".2f", "p": ".3f"}
    shown = lambda name, value: "" if np.isnan(value) else f"{value:{digits.get(name, '.7g')}}"  # noqa: E731
    texts = {name: [shown(name, value) for value in frame[name]] for name in frame}
    terms = [name.replace("L.", "L_") for name in table.params_table_rownames]
    if terms.count("_cons") > 1:  # that of another equation, the logarithm of alpha
        terms[terms.index("_cons", terms.index("_cons") + 1)] = "/lnalpha"
    return pd.DataFrame({"term": terms, **texts})


def survivors(name, ties):
    """The table of R's coxph on a file of the same tests, and the model with the other ties."""
    found = results("statsmodels.duration.tests.results.survival_r_results")
    rows = np.loadtxt(Path(found.__file__).parent / f"survival_data_{name}.csv")
    columns = [f"x{k + 1}" for k in range(rows.shape[1] - 3)]
    table = pd.DataFrame(rows, columns=["time", "died", "entry", *columns]).assign(died=lambda frame: frame.died > 0)
    short = {"efron": "efr", "breslow": "bre"}[ties]
    coef, se = (getattr(found, f"{what}_{name}_{short}") for what in ("coef", "se"))
    frame = pd.DataFrame({"term": columns, "coef": [f"{v:.7g}" for v in coef], "se(coef)": [f"{v:.7g}" for v in se]})
    other = {"efron": "breslow", "breslow": "efron"}[ties]
    return frame, st.cox(f"survival(time, died) ~ {' + '.join(columns)}", table, ties=other)


def mixed(k, kind):
    """The table of R's lmer on a file of the same tests, and its model."""
    found = results("statsmodels.regression.tests.results.lme_r_results")
    table = pd.read_csv(Path(found.__file__).parent / f"lme{k:02d}.csv")
    columns = [name for name in table if name.startswith("exog_fe")]
    coef, V = getattr(found, f"coef_{kind}_drf_{k}"), getattr(found, f"vcov_{kind}_drf_{k}")
    se = np.sqrt(np.diagonal(V))
    frame = pd.DataFrame({"term": columns, "coef": [f"{v:.5f}" for v in coef], "se": [f"{v:.5f}" for v in se]})
    return frame, st.linear_mixed(f"endog ~ 0 + {' + '.join(columns)} + (1 | groups)", table)


def ordered(link):
    """The table of R's polr on a file of the same tests, and the model with the other link."""
    found = results("statsmodels.miscmodels.tests.results.results_ordinal_model")
    table = getattr(found, f"res_ord_{link}")
    names = ["pared", "public", "gpa"]
    frame = pd.DataFrame(
        {
            "term": names,
            "Value": [f"{v:.3f}" for v in table.coefficients_val],  # its loop stopped before the fourth decimal
            "Std. Error": [f"{v:.3f}" for v in table.coefficients_stdE],
        }
    )
    other = {"logit": "probit", "probit": "logit"}[link]
    return frame, st.ordinal("apply ~ pared + public + gpa", found.df, link=other)


def spector(kind):
    """The table of Stata of the data of Spector and Mazzeo, and the logistic model."""
    found = results("statsmodels.discrete.tests.results.results_discrete")
    table = getattr(found.Spector, kind)
    data = importlib.import_module("statsmodels.datasets.spector").load_pandas().data
    texts = {"coef": table.params, "std err": table.bse, "z": table.z}
    frame = pd.DataFrame({name: [f"{value:.5g}" for value in values] for name, values in texts.items()})
    return frame.assign(term=["GPA", "TUCE", "PSI", "_cons"]), st.logistic("GRADE ~ GPA + TUCE + PSI", data)


OTHERS = {
    "R, coxph, Breslow, 20 rows": (lambda: survivors("20_1", "breslow"), "Breslow's ties"),
    "R, coxph, Efron, 50 rows": (lambda: survivors("50_1", "efron"), "Efron's ties"),
    "R, coxph, Breslow, 50 rows": (lambda: survivors("50_2", "breslow"), "Breslow's ties"),
    "R, coxph, Efron, 100 rows": (lambda: survivors("100_5", "efron"), "Efron's ties"),
    "R, lmer, ML": (lambda: mixed(0, "ml"), "maximum likelihood (ML)"),
    "R, lmer, REML": (lambda: mixed(0, "reml"), "as it stands"),
    "R, polr, probit": (lambda: ordered("probit"), "link probit"),
    "R, polr, logit": (lambda: ordered("logit"), "link logit"),
    "Stata, logit": (lambda: spector("logit"), "as it stands"),
    "Stata, probit": (lambda: spector("probit"), "probit regression"),
}
"""Others of R and Stata: the table with the model that a reader would fit, and the words that name what it did."""


@pytest.mark.parametrize("name", first(0, OTHERS))
def test_the_convention_of_another_table_is_named(name):
    made, words = OTHERS[name]
    frame, model = made()
    found = st.reproduce(frame, model)
    said = " or ".join([found.sentence, *found.alternatives])
    assert found.ok, said
    assert is_said(words, said), said


def is_said(words, said):
    """Whether parts of a text, between dots, stand in it in this order."""
    at = 0
    for part in words.split(" ... "):
        at = said.find(part, at)
        if at < 0:
            return False
    return True


@pytest.mark.parametrize("key", first(0, TABLES), ids=lambda key: key[1])
def test_the_convention_of_a_published_table_is_named(key):
    module, name = key
    table = getattr(results(module), name)
    make, words = TABLES[module, name]
    found = st.reproduce(printed(table), make())
    said = " or ".join([found.sentence, *found.alternatives])
    assert found.ok, said
    assert is_said(words, said), said
