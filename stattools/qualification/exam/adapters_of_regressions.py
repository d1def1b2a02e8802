"""How packages of regressions fit the models of the exam."""

from __future__ import annotations

from stattools.qualification.exam.adapter import Adapter
from stattools.qualification.exam.laws import SERIES, WEIGHTED

NO_MEANS = ("influence, ", LOGLIK := "log-likelihood, ")
"""How the names begin of models whose answer is no coefficients: they have no predictions."""

OURS_REGRESSION = "import stattools as st\nfit = st.fit(st.{}); b, se = fit.estimate, fit.se"
OURS_TABLE = (
    "table = {{**{{f'x{{k}}': x for k, x in enumerate(X.T)}}, {}}}\n"
    "terms = ' + '.join(f'x{{k}}' for k in range(X.shape[1])) or '1'\n"
)
OURS_SURVIVAL = OURS_TABLE.format("'time': time, 'event': event")
OURS_GROUPS = OURS_TABLE.format("'y': y, 'g': g")
OURS_MODELS = {
    "linear": OURS_REGRESSION.format("ols(y, X)"),
    "logistic": OURS_REGRESSION.format("logistic(y, X)"),
    "probit": OURS_REGRESSION.format("probit(y, X)"),
    "cloglog": OURS_REGRESSION.format("glm(y, X, family='binomial', link='cloglog')"),
    "cauchit": OURS_REGRESSION.format("glm(y, X, family='binomial', link='cauchit')"),
    "ridge": "import stattools as st\nfit = st.fit(st.logistic(y, X), penalty=st.Ridge(1.0)); b = fit.estimate",
    "poisson": OURS_REGRESSION.format("poisson(y, X)"),
    "poisson with an offset": OURS_REGRESSION.format("poisson(y, X, offset=o)"),
    "linear with weights": OURS_REGRESSION.format("ols(y, X, weights=w)"),
    "logistic with weights": OURS_REGRESSION.format("logistic(y, X, weights=w)"),
    "poisson with weights": OURS_REGRESSION.format("poisson(y, X, weights=w)"),
    "gamma": OURS_REGRESSION.format("gamma(y, X)") + "\nb, se = b[:-1], se[:-1]",
    "negative binomial": OURS_REGRESSION.format("negative_binomial(y, X)") + "\nb, se = b[:-1], se[:-1]",
    "softmax": OURS_REGRESSION.format("softmax(y, X)") + "\nb, se = b.reshape(2, -1), se.reshape(2, -1)",
    "ordinal": OURS_REGRESSION.format("ordinal(y, X)") + "\nb, se = b[:3], se[:3]",
    "Cox": OURS_SURVIVAL + OURS_REGRESSION.format("cox('survival(time, event) ~ ' + terms, table)"),
    "Weibull": OURS_SURVIVAL
    + OURS_REGRESSION.format("aft('survival(time, event) ~ ' + terms, table)")
    + "\nb, se = b[:-1], se[:-1]",
    "mixed": OURS_GROUPS + OURS_REGRESSION.format("linear_mixed('y ~ ' + terms + ' + (1 | g)', table)"),
    "mixed with slopes": OURS_GROUPS + OURS_REGRESSION.format("linear_mixed('y ~ x0 + (x0 | g)', table)"),
    "mixed logistic": OURS_GROUPS + OURS_REGRESSION.format("logistic('y ~ x0 + (1 | g)', table)"),
    "local level": OURS_REGRESSION.format("local_level(y, X=X)") + "\nb, se = b[2:], se[2:]",
}
OURS_INFLUENCE = (
    "import stattools as st\nfit = st.fit(st.{}(y, X)); b = np.append(fit.cooks_distance(), fit.leverage())"
)
OURS_MODELS |= {
    f"influence, {model}": OURS_INFLUENCE.format(name)
    for model, name in {"linear": "ols", "logistic": "logistic", "poisson": "poisson"}.items()
}
OURS_PREDICT = "\np = fit.predict(interval=0.95); b, se = p['mean'], (p['upper'] - p['lower']) / 4"
OURS_MODELS |= {f"{LOGLIK}{model}": OURS_MODELS[model] + "; b, se = np.array([fit.loglik]), None" for model in WEIGHTED}
OURS = Adapter(
    "stattools",
    "This package.",
    OURS_MODELS,
    (),
    {
        **{
            model: lines + OURS_PREDICT
            for model, lines in OURS_MODELS.items()
            if model not in (*SERIES, "Cox", "ridge") and not model.startswith(NO_MEANS)
        },
        "ridge": OURS_MODELS["ridge"] + "; b = fit.predict()",
    },
)


STATSMODELS_HEAD = "import statsmodels.api as sm\nA = sm.add_constant(X, has_constant='add')\n"
STATSMODELS_READ = "; b, se = np.asarray(fit.params), np.asarray(fit.bse)"
STATSMODELS_FLAG = "\nsaid = '' if fit.converged else 'not converged'"
STATSMODELS_CLIMB = "\nsaid = '' if fit.mle_retvals['converged'] else 'not converged'"
STATSMODELS_DISCRETE = STATSMODELS_HEAD + "fit = sm.{}.fit(disp=0)" + STATSMODELS_READ + STATSMODELS_CLIMB
STATSMODELS_GLM = (
    STATSMODELS_HEAD + "fit = sm.GLM(y, A, family=sm.families.{}).fit()" + STATSMODELS_READ + STATSMODELS_FLAG
)
STATSMODELS_MIXED = (
    STATSMODELS_HEAD + "fit = sm.MixedLM(y, A, groups=g{}).fit(); b, se = fit.fe_params, fit.bse_fe" + STATSMODELS_FLAG
)
STATSMODELS_MODELS = {
    "linear": STATSMODELS_HEAD + "fit = sm.OLS(y, A).fit()" + STATSMODELS_READ,
    "logistic": STATSMODELS_DISCRETE.format("Logit(y, A)"),
    "probit": STATSMODELS_DISCRETE.format("Probit(y, A)"),
    "cloglog": STATSMODELS_GLM.format("Binomial(sm.families.links.CLogLog())"),
    "cauchit": STATSMODELS_GLM.format("Binomial(sm.families.links.Cauchy())"),
    "poisson": STATSMODELS_DISCRETE.format("Poisson(y, A)"),
    "poisson with an offset": STATSMODELS_DISCRETE.format("Poisson(y, A, offset=o)"),
    "linear with weights": STATSMODELS_GLM.format("Gaussian(), freq_weights=w"),
    "logistic with weights": STATSMODELS_GLM.format("Binomial(), freq_weights=w"),
    "poisson with weights": STATSMODELS_GLM.format("Poisson(), freq_weights=w"),
    "gamma": STATSMODELS_GLM.format("Gamma(sm.families.links.Log())"),
    "negative binomial": STATSMODELS_DISCRETE.format("NegativeBinomial(y, A)") + "\nb, se = b[:-1], se[:-1]",
    "softmax": STATSMODELS_DISCRETE.format("MNLogit(y, A)") + "\nb, se = b.T, se.T",
    "ordinal": "from statsmodels.miscmodels.ordinal_model import OrderedModel\n"
    "fit = OrderedModel(y, X, distr='logit').fit(disp=0)"
    + STATSMODELS_READ
    + STATSMODELS_CLIMB
    + "\nb, se = b[:3], se[:3]",
    "Cox": "import statsmodels.api as sm\nfit = sm.PHReg(time, X, status=event, ties='efron').fit()" + STATSMODELS_READ,
    "mixed": STATSMODELS_MIXED.format(""),
    "mixed with slopes": STATSMODELS_MIXED.format(", exog_re=A"),
    "local level": STATSMODELS_HEAD
    + "fit = sm.tsa.UnobservedComponents(y, 'llevel', exog=X).fit(disp=0)"
    + STATSMODELS_READ
    + STATSMODELS_CLIMB
    + "\nb, se = b[2:], se[2:]",
    "autoregression": STATSMODELS_HEAD
    + "fit = sm.tsa.ARIMA(y, X, order=(1, 0, 0)).fit()"
    + STATSMODELS_READ
    + STATSMODELS_CLIMB
    + "\nb, se = b[:-2], se[:-2]",
}
STATSMODELS_INFLUENCE = (
    STATSMODELS_HEAD
    + "of = sm.{}.get_influence(); b = np.append(np.asarray(of.cooks_distance[0]), np.asarray(of.hat_matrix_diag))"
)
STATSMODELS_MODELS |= {
    "influence, linear": STATSMODELS_INFLUENCE.format("OLS(y, A).fit()"),
    "influence, logistic": STATSMODELS_INFLUENCE.format("GLM(y, A, sm.families.Binomial()).fit()"),
    "influence, poisson": STATSMODELS_INFLUENCE.format("GLM(y, A, sm.families.Poisson()).fit()"),
}
STATSMODELS_MODELS |= {
    f"{LOGLIK}{model}": STATSMODELS_MODELS[model] + "\nb, se = np.array([fit.llf]), None" for model in WEIGHTED
}
STATSMODELS = Adapter(
    "statsmodels",
    "statsmodels, with the defaults of its documentation.",
    STATSMODELS_MODELS,
    (
        ("method='newton', maxiter=1000", "fit(disp=0)", "fit(disp=0, method='newton', maxiter=1000)"),
        ("method='bfgs', maxiter=5000", "fit(disp=0)", "fit(disp=0, method='bfgs', maxiter=5000)"),
        ("use_exact_diffuse=True", "exog=X)", "exog=X, use_exact_diffuse=True)"),
        ("method='innovations_mle'", "(1, 0, 0)).fit()", "(1, 0, 0)).fit(method='innovations_mle')"),
        ("method='powell'", ").fit(); b, se = fit.fe", ").fit(method='powell'); b, se = fit.fe"),
    ),
    {
        model: lines + "\nb, se = np.ravel(fit.predict()), None"
        for model, lines in STATSMODELS_MODELS.items()
        if model not in (*SERIES, "Cox") and not model.startswith(NO_MEANS)
    },
)

SCIKIT_LEARN_FIT = (
    "from sklearn.linear_model import {0}\nfit = {0}({1}).fit(X, y{2}); b = np.append(fit.intercept_, fit.coef_)"
)
SCIKIT_LEARN_SOFTMAX = (
    "from sklearn.linear_model import LogisticRegression\nfit = LogisticRegression(C=np.inf).fit(X, y)"
)
SCIKIT_LEARN = Adapter(
    "scikit-learn",
    "scikit-learn without its penalties; it has no standard errors.",
    {
        "linear": SCIKIT_LEARN_FIT.format("LinearRegression", "", ""),
        "logistic": SCIKIT_LEARN_FIT.format("LogisticRegression", "C=np.inf", ""),
        "logistic with weights": SCIKIT_LEARN_FIT.format("LogisticRegression", "C=np.inf", ", sample_weight=w"),
        "ridge": SCIKIT_LEARN_FIT.format("LogisticRegression", "", ""),
        "poisson": SCIKIT_LEARN_FIT.format("PoissonRegressor", "alpha=0", ""),
        "poisson with weights": SCIKIT_LEARN_FIT.format("PoissonRegressor", "alpha=0", ", sample_weight=w"),
        "gamma": SCIKIT_LEARN_FIT.format("GammaRegressor", "alpha=0", ""),
        "softmax": SCIKIT_LEARN_SOFTMAX + "\nb = np.column_stack([fit.intercept_, fit.coef_]); b = b[1:] - b[0]",
    },
    (
        ("tol=1e-10, max_iter=10000", "C=np.inf", "C=np.inf, tol=1e-10, max_iter=10_000"),
        ("solver='newton-cholesky', tol=1e-10", "C=np.inf", "C=np.inf, solver='newton-cholesky', tol=1e-10"),
        ("solver='newton-cholesky', tol=1e-10", "alpha=0", "alpha=0, solver='newton-cholesky', tol=1e-10"),
        ("solver='newton-cholesky', tol=1e-10", "cRegression()", "cRegression(solver='newton-cholesky', tol=1e-10)"),
        ("tol=1e-12", "LinearRegression()", "LinearRegression(tol=1e-12)"),
    ),
    {
        "linear": SCIKIT_LEARN_FIT.format("LinearRegression", "", "") + "\nb = fit.predict(X)",
        "logistic": SCIKIT_LEARN_FIT.format("LogisticRegression", "C=np.inf", "") + "\nb = fit.predict_proba(X)[:, 1]",
        "ridge": SCIKIT_LEARN_FIT.format("LogisticRegression", "", "") + "\nb = fit.predict_proba(X)[:, 1]",
        "softmax": SCIKIT_LEARN_SOFTMAX + "\nb = fit.predict_proba(X).ravel()",
        "poisson": SCIKIT_LEARN_FIT.format("PoissonRegressor", "alpha=0", "") + "\nb = fit.predict(X)",
        "gamma": SCIKIT_LEARN_FIT.format("GammaRegressor", "alpha=0", "") + "\nb = fit.predict(X)",
    },
)

GLUM_FIT = (
    "from glum import GeneralizedLinearRegressor\n"
    "fit = GeneralizedLinearRegressor(family={}, alpha=0).fit(X, y{}); b = np.append(fit.intercept_, fit.coef_)\n"
    "se = np.sqrt(np.diagonal(fit.covariance_matrix(X, y{}, robust=False)))"
)
GLUM_WEIGHTED = GLUM_FIT.format("{}", ", sample_weight=w", ", sample_weight=w, dispersion=1.0")
GLUM_ERRORS = "; se = se * np.sqrt(1 - len(b) / len(y))"
GLUM = Adapter(
    "glum",
    "glum without a penalty; where the likelihood has no dispersion with one of 1, and errors without n / (n - p): "
    "these are conventions.",
    {
        "linear": GLUM_FIT.format("'normal'", "", ""),
        "logistic": GLUM_FIT.format("'binomial'", "", ", dispersion=1.0") + GLUM_ERRORS,
        "logistic with weights": GLUM_WEIGHTED.format("'binomial'") + GLUM_ERRORS,
        "poisson": GLUM_FIT.format("'poisson'", "", ", dispersion=1.0") + GLUM_ERRORS,
        "poisson with an offset": GLUM_FIT.format("'poisson'", ", offset=o", ", offset=o, dispersion=1.0")
        + GLUM_ERRORS,
        "poisson with weights": GLUM_WEIGHTED.format("'poisson'") + GLUM_ERRORS,
        "gamma": GLUM_FIT.format("'gamma'", "", ""),
    },
    (("gradient_tol=1e-10, max_iter=1000", "alpha=0", "alpha=0, gradient_tol=1e-10, max_iter=1000"),),
    {
        model: GLUM_FIT.format(f"'{family}'", "", "") + "\nb, se = fit.predict(X), None"
        for model, family in {
            "linear": "normal",
            "logistic": "binomial",
            "poisson": "poisson",
            "gamma": "gamma",
        }.items()
    },
)

PYFIXEST_FRAME = (
    "import pandas as pd, pyfixest as pf\n"
    "d = pd.DataFrame(X, columns=[f'x{k}' for k in range(X.shape[1])]).assign(y=y)\n"
    "f = 'y ~ ' + ' + '.join(d.columns[:-1])\n"
)
PYFIXEST_ERRORS = "vcov='iid', ssc=pf.ssc(k_adj=False))"
PYFIXEST_READ = "\nb, se = fit.coef().to_numpy(), fit.se().to_numpy()"
PYFIXEST = Adapter(
    "pyfixest",
    "pyfixest, without the factor for small samples in the errors of what is no linear model: a convention.",
    {
        "linear": PYFIXEST_FRAME + "fit = pf.feols(f, d, vcov='iid')" + PYFIXEST_READ,
        "logistic": PYFIXEST_FRAME + "fit = pf.feglm(f, d, family='logit', " + PYFIXEST_ERRORS + PYFIXEST_READ,
        "probit": PYFIXEST_FRAME + "fit = pf.feglm(f, d, family='probit', " + PYFIXEST_ERRORS + PYFIXEST_READ,
        "poisson": PYFIXEST_FRAME + "fit = pf.fepois(f, d, " + PYFIXEST_ERRORS + PYFIXEST_READ,
    },
    (("iwls_tol=1e-12, iwls_maxiter=1000", "vcov='iid'", "vcov='iid', iwls_tol=1e-12, iwls_maxiter=1000"),),
    {
        "linear": PYFIXEST_FRAME + "fit = pf.feols(f, d, vcov='iid'); b = fit.predict()",
        "logistic": PYFIXEST_FRAME
        + "fit = pf.feglm(f, d, family='logit', vcov='iid'); b = fit.predict(type='response')",
        "probit": PYFIXEST_FRAME
        + "fit = pf.feglm(f, d, family='probit', vcov='iid'); b = fit.predict(type='response')",
        "poisson": PYFIXEST_FRAME + "fit = pf.fepois(f, d, vcov='iid'); b = fit.predict(type='response')",
    },
)


LINEARMODELS = Adapter(
    "linearmodels",
    "linearmodels: least squares.",
    {
        "linear": "from linearmodels.iv import IV2SLS\nA = np.column_stack([np.ones(len(y)), X])\n"
        "fit = IV2SLS(y, A, None, None).fit(cov_type='unadjusted', debiased=True)\n"
        "b, se = fit.params.to_numpy(), fit.std_errors.to_numpy()",
    },
    (),
    {
        "linear": "from linearmodels.iv import IV2SLS\nA = np.column_stack([np.ones(len(y)), X])\n"
        "b = IV2SLS(y, A, None, None).fit(cov_type='unadjusted').fitted_values.to_numpy().ravel()",
    },
)

PYGAM_FIT = (
    "import pygam\nterms = sum((pygam.l(k, lam=0) for k in range(1, X.shape[1])), pygam.l(0, lam=0))\n"
    "fit = pygam.{}(terms).fit(X, y{}); b, se = np.roll(fit.coef_, 1), np.roll(fit.statistics_['se'], 1)"
)
PYGAM = Adapter(
    "pygam",
    "pygam with linear terms and without a penalty.",
    {
        "linear": PYGAM_FIT.format("LinearGAM", ""),
        "logistic": PYGAM_FIT.format("LogisticGAM", ""),
        "poisson": PYGAM_FIT.format("PoissonGAM", ""),
        "logistic with weights": PYGAM_FIT.format("LogisticGAM", ", weights=w"),
        "gamma": PYGAM_FIT.format("GammaGAM", ""),
    },
    (("tol=1e-10, max_iter=1000", "(terms)", "(terms, tol=1e-10, max_iter=1000)"),),
    {
        model: PYGAM_FIT.format(f"{name}GAM", "") + "\nb, se = fit.predict_mu(X), None"
        for model, name in {"linear": "Linear", "logistic": "Logistic", "poisson": "Poisson", "gamma": "Gamma"}.items()
    },
)

ADAPTERS = (OURS, STATSMODELS, SCIKIT_LEARN, GLUM, PYFIXEST, LINEARMODELS, PYGAM)
