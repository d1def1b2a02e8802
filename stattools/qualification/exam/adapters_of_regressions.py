"""How packages of regressions fit the models of the exam."""

from __future__ import annotations

from stattools.qualification.exam.adapter import Adapter

OURS_REGRESSION = "import stattools as st\nfit = st.fit(st.{}); b, se = fit.estimate, fit.se"
OURS_TABLE = (
    "table = {{**{{f'x{{k}}': x for k, x in enumerate(X.T)}}, {}}}\n"
    "terms = ' + '.join(f'x{{k}}' for k in range(X.shape[1])) or '1'\n"
)
OURS_SURVIVAL = OURS_TABLE.format("'time': time, 'event': event")
OURS_GROUPS = OURS_TABLE.format("'y': y, 'g': g")
OURS = Adapter(
    "stattools",
    "This package.",
    {
        "linear": OURS_REGRESSION.format("ols(y, X)"),
        "logistic": OURS_REGRESSION.format("logistic(y, X)"),
        "probit": OURS_REGRESSION.format("probit(y, X)"),
        "cloglog": OURS_REGRESSION.format("glm(y, X, family='binomial', link='cloglog')"),
        "poisson": OURS_REGRESSION.format("poisson(y, X)"),
        "poisson with an offset": OURS_REGRESSION.format("poisson(y, X, offset=o)"),
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
    },
    (),
)

STATSMODELS_HEAD = "import statsmodels.api as sm\nA = sm.add_constant(X, has_constant='add')\n"
STATSMODELS_READ = "; b, se = np.asarray(fit.params), np.asarray(fit.bse)"
STATSMODELS_FLAG = (
    "\nflag = getattr(fit, 'mle_retvals', dict()).get('converged', getattr(fit, 'converged', True))"
    "; said = '' if flag else 'not converged'"
)
STATSMODELS_DISCRETE = STATSMODELS_HEAD + "fit = sm.{}.fit(disp=0)" + STATSMODELS_READ + STATSMODELS_FLAG
STATSMODELS_GLM = (
    STATSMODELS_HEAD + "fit = sm.GLM(y, A, family=sm.families.{}).fit()" + STATSMODELS_READ + STATSMODELS_FLAG
)
STATSMODELS_MIXED = (
    STATSMODELS_HEAD + "fit = sm.MixedLM(y, A, groups=g{}).fit(); b, se = fit.fe_params, fit.bse_fe" + STATSMODELS_FLAG
)
STATSMODELS = Adapter(
    "statsmodels",
    "statsmodels, with the defaults of its documentation.",
    {
        "linear": STATSMODELS_HEAD + "fit = sm.OLS(y, A).fit()" + STATSMODELS_READ,
        "logistic": STATSMODELS_DISCRETE.format("Logit(y, A)"),
        "probit": STATSMODELS_DISCRETE.format("Probit(y, A)"),
        "cloglog": STATSMODELS_GLM.format("Binomial(sm.families.links.CLogLog())"),
        "poisson": STATSMODELS_DISCRETE.format("Poisson(y, A)"),
        "poisson with an offset": STATSMODELS_DISCRETE.format("Poisson(y, A, offset=o)"),
        "logistic with weights": STATSMODELS_GLM.format("Binomial(), freq_weights=w"),
        "poisson with weights": STATSMODELS_GLM.format("Poisson(), freq_weights=w"),
        "gamma": STATSMODELS_GLM.format("Gamma(sm.families.links.Log())"),
        "negative binomial": STATSMODELS_DISCRETE.format("NegativeBinomial(y, A)") + "\nb, se = b[:-1], se[:-1]",
        "softmax": STATSMODELS_DISCRETE.format("MNLogit(y, A)") + "\nb, se = b.T, se.T",
        "ordinal": "from statsmodels.miscmodels.ordinal_model import OrderedModel\n"
        "fit = OrderedModel(y, X, distr='logit').fit(disp=0)"
        + STATSMODELS_READ
        + STATSMODELS_FLAG
        + "\nb, se = b[:3], se[:3]",
        "Cox": "import statsmodels.api as sm\nfit = sm.PHReg(time, X, status=event, ties='efron').fit()"
        + STATSMODELS_READ,
        "mixed": STATSMODELS_MIXED.format(""),
        "mixed with slopes": STATSMODELS_MIXED.format(", exog_re=A"),
    },
    (
        ("method='newton', maxiter=1000", "fit(disp=0)", "fit(disp=0, method='newton', maxiter=1000)"),
        ("method='bfgs', maxiter=5000", "fit(disp=0)", "fit(disp=0, method='bfgs', maxiter=5000)"),
    ),
)

SCIKIT_LEARN_FIT = (
    "from sklearn.linear_model import {0}\nfit = {0}({1}).fit(X, y{2}); b = np.append(fit.intercept_, fit.coef_)"
)
SCIKIT_LEARN = Adapter(
    "scikit-learn",
    "scikit-learn without its penalties; it has no standard errors.",
    {
        "linear": SCIKIT_LEARN_FIT.format("LinearRegression", "", ""),
        "logistic": SCIKIT_LEARN_FIT.format("LogisticRegression", "C=np.inf", ""),
        "logistic with weights": SCIKIT_LEARN_FIT.format("LogisticRegression", "C=np.inf", ", sample_weight=w"),
        "poisson": SCIKIT_LEARN_FIT.format("PoissonRegressor", "alpha=0", ""),
        "poisson with weights": SCIKIT_LEARN_FIT.format("PoissonRegressor", "alpha=0", ", sample_weight=w"),
        "gamma": SCIKIT_LEARN_FIT.format("GammaRegressor", "alpha=0", ""),
        "softmax": SCIKIT_LEARN_FIT.format("LogisticRegression", "C=np.inf", "")
        + "\nb = np.column_stack([fit.intercept_, fit.coef_]); b = b[1:] - b[0]",
    },
    (
        ("tol=1e-10, max_iter=10000", "C=np.inf", "C=np.inf, tol=1e-10, max_iter=10_000"),
        ("solver='newton-cholesky', tol=1e-10", "C=np.inf", "C=np.inf, solver='newton-cholesky', tol=1e-10"),
        ("solver='newton-cholesky', tol=1e-10", "alpha=0", "alpha=0, solver='newton-cholesky', tol=1e-10"),
    ),
)

GLUM_FIT = (
    "from glum import GeneralizedLinearRegressor\n"
    "fit = GeneralizedLinearRegressor(family={}, alpha=0).fit(X, y{}); b = np.append(fit.intercept_, fit.coef_)\n"
    "se = np.sqrt(np.diagonal(fit.covariance_matrix(X, y{}, robust=False)))"
)
GLUM = Adapter(
    "glum",
    "glum without a penalty.",
    {
        "linear": GLUM_FIT.format("'normal'", "", ""),
        "logistic": GLUM_FIT.format("'binomial'", "", ""),
        "logistic with weights": GLUM_FIT.format("'binomial'", ", sample_weight=w", ", sample_weight=w"),
        "poisson": GLUM_FIT.format("'poisson'", "", ""),
        "poisson with an offset": GLUM_FIT.format("'poisson'", ", offset=o", ", offset=o"),
        "poisson with weights": GLUM_FIT.format("'poisson'", ", sample_weight=w", ", sample_weight=w"),
        "gamma": GLUM_FIT.format("'gamma'", "", ""),
    },
    (("gradient_tol=1e-10, max_iter=1000", "alpha=0", "alpha=0, gradient_tol=1e-10, max_iter=1000"),),
)

PYFIXEST_FRAME = (
    "import pandas as pd, pyfixest as pf\n"
    "d = pd.DataFrame(X, columns=[f'x{k}' for k in range(X.shape[1])]).assign(y=y)\n"
    "f = 'y ~ ' + ' + '.join(d.columns[:-1])\n"
)
PYFIXEST_READ = "\nb, se = fit.coef().to_numpy(), fit.se().to_numpy()"
PYFIXEST = Adapter(
    "pyfixest",
    "pyfixest.",
    {
        "linear": PYFIXEST_FRAME + "fit = pf.feols(f, d, vcov='iid')" + PYFIXEST_READ,
        "logistic": PYFIXEST_FRAME + "fit = pf.feglm(f, d, family='logit', vcov='iid')" + PYFIXEST_READ,
        "probit": PYFIXEST_FRAME + "fit = pf.feglm(f, d, family='probit', vcov='iid')" + PYFIXEST_READ,
        "poisson": PYFIXEST_FRAME + "fit = pf.fepois(f, d, vcov='iid')" + PYFIXEST_READ,
    },
    (),
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
)

ADAPTERS = (OURS, STATSMODELS, SCIKIT_LEARN, GLUM, PYFIXEST, LINEARMODELS, PYGAM)
