"""One of each thing that people look at, from tables whose names are long, alike, and hostile."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np
import pandas as pd

import stattools as st
from stattools.validation.papers.audit_paper import audit_paper

ALIKE = [f"the_{who}_of_a_long_and_winding_name_that_goes_on_and_on_and_on_{end}" for who in "ab" for end in "xy"]
"""Names that differ near their beginnings and at their ends."""
HOSTILE = "a|b <i> `c` $d$ \x1b[31m\nx"
LONG = [f"category number {k} of those that have a name which is much too long for a page" for k in range(12)]


@cache
def table() -> pd.DataFrame:
    g = np.random.default_rng(0)
    n = 96
    columns: dict[str, Any] = {name: g.standard_normal(n) for name in (*ALIKE, HOSTILE, "x")}
    columns |= {"b": g.integers(0, 2, n), "k": g.negative_binomial(2, 0.4, n), "y": g.standard_normal(n), "c": LONG * 8}
    columns |= {"wide": 1e15 * g.standard_normal(n), "pos": g.gamma(2.0, size=n), "three": list("uvw") * 32}
    return pd.DataFrame(columns)


@cache
def objects() -> dict[str, Any]:
    """By name; made once, in a second or two."""
    t, g = table(), np.random.default_rng(1)
    rhs = " + ".join(ALIKE)
    ols, logistic = st.fit(st.ols(f"y ~ {rhs}", t)), st.fit(st.logistic(f"b ~ {ALIKE[0]} + {ALIKE[1]}", t))
    smaller = st.fit(st.logistic(f"b ~ {ALIKE[0]}", t))
    network = st.network(f"three ~ {ALIKE[0]}", t, hidden=[3])
    trained = st.fit(network, seed=1)
    walk = g.standard_normal(60).cumsum()
    level = st.fit(st.local_level(walk))
    belief = st.posterior(logistic.model, prior=st.Normal(0, 1), seed=1, method="importance")
    other = st.posterior(smaller.model, prior=st.Normal(0, 1), seed=1, method="importance")
    separated = st.logistic("b ~ x", {"b": [0, 0, 1, 1], "x": [1, 2, 3, 4]})
    folder = Path(mkdtemp())
    t.drop(columns=HOSTILE).to_parquet(folder / f"{ALIKE[0]}.parquet")
    scan = st.scan(folder / f"{ALIKE[0]}.parquet")
    coin = st.Beta(1, 1).update([1, 0, 1])
    fits = {
        "ols": ols,
        "logistic": logistic,
        "hostile": st.fit(st.ols(t["y"], t[[HOSTILE, ALIKE[0]]])),
        "wide": st.fit(st.ols("wide ~ x + k", t)),
        "softmax": st.fit(st.softmax(f"c ~ {ALIKE[0]}", t)),
        "one vs rest": st.fit(st.one_vs_rest(f"three ~ {ALIKE[0]}", t)),
        "negative binomial": st.fit(st.negative_binomial(f"k ~ {ALIKE[0]}", t)),
        "gamma": st.fit(st.gamma(f"pos ~ {ALIKE[0]}", t)),
        "ridge": st.fit(smaller.model, penalty=st.Ridge(1.0)),
        "files": st.fit(st.ols(f"y ~ {ALIKE[0]}", scan)),
        "level": level,
        "regressors": st.fit(st.local_level(walk, X=g.standard_normal((60, 2)), names=ALIKE[:2])),
        "smoothing": st.fit(st.exponential_smoothing(walk)),
        "coin": st.fit(st.coin([1, 0, 1])),
        "arms": st.fit(st.binomial([3, 4], [10, 10])),
        "many arms": st.fit(st.coin(t["b"], by=t["c"])),
        "normal": st.fit(st.normal(t["y"], by=t["c"])),
        "multinomial": st.fit(st.multinomial(dict.fromkeys(LONG, 3))),
        "rates": st.fit(st.poisson_rate([3, 4], exposure=[1.0, 2.0])),
        "cox": st.fit(st.cox(f"survival(pos, b) ~ {ALIKE[0]} + three", t)),
        "mixed": st.fit(st.linear_mixed(f"y ~ {ALIKE[0]} + (three | c)", t)),
        "curves": st.fit(st.glm(f"y ~ s({ALIKE[0]}, k=6)", t, family="normal")),
        "mixed regression": st.fit(st.logistic(f"b ~ {ALIKE[0]} + (1 | c)", t)),
        "odds ratio": st.fit(st.odds_ratio([[8, 2], [1, 5]])),
        "correlation": st.fit(st.correlation(t["y"], t[ALIKE[0]])),
        "custom": st.fit(st.custom(lambda at: -0.5 * float(at @ at), start=dict.fromkeys(ALIKE[:2], 0.5))),
        "network": trained,
        "ensemble": st.fit(network, seed=1, members=2),
    }
    answers = {
        "scan": scan,
        "wald": ols.test(", ".join(f"{name} = 0" for name in ALIKE)),
        "wald of one": ols.test(f"{ALIKE[0]} = {ALIKE[1]}"),
        "likelihood ratio": st.likelihood_ratio(logistic, smaller),
        "comparison": st.compare(logistic, smaller, names=ALIKE[:2]),
        "agreement": st.validate(logistic),
        "agreement of categories": st.validate(fits["softmax"]),
        "audit": st.audit(logistic),
        "finding": st.audit(_stopped_early()).findings[0],
        "audit that finds": st.audit(_stopped_early()),
        "audit of a paper": audit_paper(f"z = 2.1, p = .036. {HOSTILE}\nt(28) = 2.20, p = .063.", ALIKE[0]),
        "audit of a claim": st.audit(dict.fromkeys(logistic.names, "1.0"), logistic.model),
        "explanation": st.explain(logistic, smaller),
        "reproduction": st.reproduce(dict.fromkeys(logistic.names, 1.0), logistic.model, seconds=0.2),
        "exact test": st.exact_test(st.odds_ratio([[8, 2], [1, 5]])),
        "independence": st.independence([[8, 2], [1, 5]]),
        "survival": st.kaplan_meier("survival(pos, b) ~ c", t),
        "permutation test": st.permutation_test(f"y ~ {ALIKE[0]}", t),
        "bootstrap": st.bootstrap(ols, draws=20, seed=1),
        "wild bootstrap": _wild(t),
        "power": st.power(ols, ALIKE[0], rows=[40, 80], draws=20, seed=1),
        "cross-validation": st.cross_validate(logistic.model, smaller.model, folds=3, seed=1, names=ALIKE[:2]),
        "many": st.fit_many(f"y ~ {ALIKE[0]}", t, by="three"),
        "many that fail": st.fit_many(f"b ~ {ALIKE[0]} + {ALIKE[1]}", t, by="c", model=st.logistic),
        "levels": st.fit_many(g.standard_normal((4, 30)).cumsum(axis=1)),
        "interval": ols.interval(),
        "interval of one": st.fit(st.coin([1, 0, 1])).interval(),
        "separation": st.separation(separated),
        "solution": ols.solution,
        "evaluation": ols.model.evaluate(ols.estimate),
        "network agreement": st.validate(trained),
        "paths": st.simulate_states(level, draws=2, seed=1),
        "posterior": belief,
        "priors": belief.priors,
        "diagnostics": belief.diagnostics,
        "predictive check": belief.check(np.mean),
        "posteriors": st.compare(belief, other, names=ALIKE[2:]),
        "posterior agreement": st.validate(coin),
        "ledger": st.ledger(st.Beta(1, 1)).add([1, 0, 1], name=ALIKE[0]).add([1, 1], name=ALIKE[1]),
        "surprise": st.surprise(coin),
        "surprises": st.surprise(st.Beta([1, 1], 1, arms=ALIKE[:2]).update(st.binomial([3, 4], [9, 9]))),
        "sensitivity": st.prior_sensitivity(coin, conclusion=lambda at: at.mean, label=ALIKE[0]),
        "tipping": st.tipping_prior(coin, conclusion=lambda at: at.mean, cutoff=0.5),
        "shrinkage": st.empirical_bayes(st.binomial([3, 8, 1, 9], [10, 10, 10, 10])),
        "loo": coin.loo(),
        "smooth": fits["curves"].smooth(ALIKE[0], at=[0.0, 9.0]),
    }
    distributions = {
        "beta": st.Beta(5, 3),
        "beta of arms": st.Beta(np.arange(1.0, 13.0), 2, arms=LONG),
        "gamma of arms": st.Gamma(np.arange(1.0, 41.0), 2),
        "gamma prior": st.Gamma(3, 4),
        "inverse gamma": st.InverseGamma(1, 2),
        "normal prior": st.Normal(0, 2.5),
        "student": st.StudentT(1, 0, 1),
        "normal inverse gamma": st.NormalInverseGamma(0, 1, 2, 3),
        "wishart": st.NormalInverseWishart([0.0, 0.0], 1, 4, np.eye(2), names=ALIKE[:2]),
        "regression": st.NormalInverseGammaRegression.flat().update(ols.model),
        "dirichlet": st.Dirichlet(np.arange(1.0, 13.0), names=LONG),
        "dirichlet of any": st.Dirichlet(1),
        "difference": st.difference(st.Beta([3, 4], 2, arms=LONG[:2]), st.Beta(5, 6)),
        "haldane": st.Beta.haldane(),
        "cauchy": st.Cauchy(0, 1),
        "laplace": st.Laplace(0, 1),
        "uniform": st.Uniform(0, 1),
        "flat": st.Flat(),
        "half normal": st.HalfNormal(1),
        "half cauchy": st.HalfCauchy(1),
        "exponential": st.Exponential(1),
        "predictive": st.Beta([2.0, 3.0], 3).predictive(10),
    }
    signal, weights = np.arange(40.0), np.full(40, 0.5)
    parts = {
        "rows": ols.model.rows,
        "design": ols.model.design,
        "gradient": st.exponential_filter_adjoint(signal, weights, signal),
        "gradient of recurrence": st.linear_recurrence_adjoint(weights, signal, signal),
        "moments": st.exponential_moments(signal, half_life=2.0),
        "state": st.exponential_filter_state(0.5),
        "graduation": st.hodrick_prescott(signal**2),
        "cluster": st.Cluster(np.arange(96)),
        "hac": st.HAC(2),
        "trials": st.Binomial(np.arange(1, 60)),
        "trials of groups": st.BetaBinomial(np.arange(2, 60)),
        **{type(one).__name__: one for one in (st.Bernoulli(), st.Probit(), st.Poisson(), st.Gaussian())},
        **{
            type(one).__name__: one
            for one in (st.Categorical(3), st.NegativeBinomial(), st.GammaFamily(), st.Cumulative(3), st.FailureTime())
        },
        **{type(one).__name__: one for one in (st.ZeroInflated(), st.Hurdle(), st.ZeroTruncated())},
        **{type(one).__name__: one for one in (st.Newton(), st.LBFGS(), st.Adam(), st.GradientDescent())},
        **{type(one).__name__: one for one in (st.LeastSquares(), st.ClosedForm(), st.Jeffreys(), st.Ridge(1.0))},
    }
    models = {f"model of {name}": fit.model for name, fit in fits.items()}
    return fits | models | answers | distributions | parts


def _stopped_early() -> Any:
    """A fit of statsmodels that did not arrive."""
    import statsmodels.api as sm

    t = table()
    return sm.GLM(t["b"], sm.add_constant(t[ALIKE[:2]]), family=sm.families.Binomial()).fit(maxiter=1)


def _wild(table: pd.DataFrame) -> Any:
    """A test by signs of seven groups."""
    clustered = st.fit(st.ols(f"y ~ {ALIKE[0]}", table), cov=st.Cluster(np.arange(len(table)) % 7))
    return clustered.wild_bootstrap(ALIKE[0], draws=99, seed=1)
