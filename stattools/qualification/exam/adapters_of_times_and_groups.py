"""How packages of survival and of mixed models, and R, fit the models of the exam."""

from __future__ import annotations

from stattools.qualification.exam.adapter import Adapter

LIFELINES_FRAME = (
    "import pandas as pd\n"
    "d = pd.DataFrame(X, columns=[f'x{k}' for k in range(X.shape[1])]).assign(time=time, event=event)\n"
)
LIFELINES = Adapter(
    "lifelines",
    "lifelines.",
    {
        "Cox": "from lifelines import CoxPHFitter\n" + LIFELINES_FRAME + "fit = CoxPHFitter().fit(d, 'time', 'event')\n"
        "b, se = fit.params_.to_numpy(), fit.standard_errors_.to_numpy()",
        "Weibull": "from lifelines import WeibullAFTFitter\n"
        + LIFELINES_FRAME
        + "fit = WeibullAFTFitter().fit(d, 'time', 'event')\n"
        "s = fit.summary.loc['lambda_'].reindex(['Intercept', *d.columns[:-2]]); b, se = s['coef'], s['se(coef)']",
    },
    (),
    {
        "Weibull": "from lifelines import WeibullAFTFitter\n"
        + LIFELINES_FRAME
        + "b = WeibullAFTFitter().fit(d, 'time', 'event').predict_expectation(d)",
    },
)


SCIKIT_SURVIVAL = Adapter(
    "scikit-survival",
    "scikit-survival; it has no standard errors.",
    {
        "Cox": "from sksurv.linear_model import CoxPHSurvivalAnalysis\nfrom sksurv.util import Surv\n"
        "fit = CoxPHSurvivalAnalysis(ties='efron').fit(X, Surv.from_arrays(event == 1, time)); b = fit.coef_",
    },
    (("n_iter=1000, tol=1e-12", "ties='efron'", "ties='efron', n_iter=1000, tol=1e-12"),),
)

MIXEDLM_FRAME = (
    "import pandas as pd, mixedlm\n"
    "d = pd.DataFrame(X, columns=[f'x{k}' for k in range(X.shape[1])]).assign(y=y, g=g.astype(str))\n"
    "f = 'y ~ ' + (' + '.join(d.columns[:-2]) or '1')\n"
)
MIXEDLM_READ = (
    "; b = np.asarray(list(fit.fixef().values())); se = np.sqrt(np.diagonal(fit.vcov()))\n"
    "said = '' if fit.converged else 'not converged'"
)
MIXEDLM = Adapter(
    "mixedlm",
    "mixedlm.",
    {
        "mixed": MIXEDLM_FRAME + "fit = mixedlm.lmer(f + ' + (1 | g)', d)" + MIXEDLM_READ,
        "mixed with slopes": MIXEDLM_FRAME + "fit = mixedlm.lmer(f + ' + (x0 | g)', d)" + MIXEDLM_READ,
        "mixed logistic": MIXEDLM_FRAME
        + "fit = mixedlm.glmer(f + ' + (1 | g)', d, family=mixedlm.families.Binomial(), nAGQ=25)"
        + MIXEDLM_READ,
    },
    (),
)

MIXEDLM_RS_HEAD = "from mixedlm_rs import MixedLM\nA = np.column_stack([np.ones(len(y)), X])\n"
MIXEDLM_RS_READ = (
    "; b, se = np.asarray(fit.fe_params), np.asarray(fit.bse_fe)\nsaid = '' if fit.converged else 'not converged'"
)
MIXEDLM_RS = Adapter(
    "mixedlm-rs",
    "mixedlm-rs.",
    {
        "mixed": MIXEDLM_RS_HEAD + "fit = MixedLM(y, A, groups=g).fit()" + MIXEDLM_RS_READ,
        "mixed with slopes": MIXEDLM_RS_HEAD + "fit = MixedLM(y, A, groups=g, exog_re=A).fit()" + MIXEDLM_RS_READ,
    },
    (),
)

GLMM_FRAME = (
    "import pandas as pd, glmm\n"
    "d = pd.DataFrame(X, columns=[f'x{k}' for k in range(X.shape[1])]).assign(y=y, g=g.astype(str))\n"
    "f = 'y ~ ' + (' + '.join(d.columns[:-2]) or '1')\n"
)
GLMM_READ = (
    "; b, se = fit.beta, fit.se\nsaid = '; '.join(map(str, fit.warnings)) + ('' if fit.converged else ' not converged')"
)
GLMM = Adapter(
    "glmm",
    "glmm.",
    {
        "mixed": GLMM_FRAME + "fit = glmm.fit(d, f + ' + (1 | g)')" + GLMM_READ,
        "mixed with slopes": GLMM_FRAME + "fit = glmm.fit(d, f + ' + (x0 | g)')" + GLMM_READ,
        "mixed logistic": GLMM_FRAME + "fit = glmm.fit(d, f + ' + (1 | g)', family='binomial', nagq=25)" + GLMM_READ,
    },
    (),
)

R_FIT = "b, se, said = rscript('''fit <- {}\nb <- coef(summary(fit)){}''', locals(), {!r})"
R_MEANS = "b, se, said = rscript('''fit <- {}\nb <- cbind(fitted(fit), NA_real_)''', locals(), {!r})"
R_ROWS, R_TIMES, R_GROUPS = "y X", "time event X", "y g X"
R = Adapter(
    "R",
    "R's glm, MASS, nnet, survival and lme4, where `Rscript` is installed.",
    {
        "linear": R_FIT.format("lm(y ~ ., d)", "", R_ROWS),
        "logistic": R_FIT.format("glm(y ~ ., binomial, d)", "", R_ROWS),
        "probit": R_FIT.format('glm(y ~ ., binomial("probit"), d)', "", R_ROWS),
        "cloglog": R_FIT.format('glm(y ~ ., binomial("cloglog"), d)', "", R_ROWS),
        "cauchit": R_FIT.format('glm(y ~ ., binomial("cauchit"), d)', "", R_ROWS),
        "poisson": R_FIT.format("glm(y ~ ., poisson, d)", "", R_ROWS),
        "poisson with an offset": R_FIT.format("glm(y ~ . - o + offset(o), poisson, d)", "", "y o X"),
        "logistic with weights": R_FIT.format("glm(y ~ . - w, binomial, d, weights = w)", "", "y w X"),
        "poisson with weights": R_FIT.format("glm(y ~ . - w, poisson, d, weights = w)", "", "y w X"),
        "gamma": R_FIT.format('glm(y ~ ., Gamma("log"), d)', "", R_ROWS),
        "Cox": R_FIT.format(
            "survival::coxph(survival::Surv(time, event) ~ ., d)", "[, c(1, 3), drop = FALSE]", R_TIMES
        ),
        "mixed": R_FIT.format("lme4::lmer(y ~ . - g + (1 | g), d)", "", R_GROUPS),
        "mixed with slopes": R_FIT.format("lme4::lmer(y ~ x0 + (x0 | g), d)", "", R_GROUPS),
        "mixed logistic": R_FIT.format("lme4::glmer(y ~ x0 + (1 | g), d, binomial, nAGQ = 25)", "", R_GROUPS),
        "autoregression": "b, se, said = rscript('''fit <- arima(d$y, c(1, 0, 0), xreg = d[-1])\n"
        "b <- cbind(coef(fit), sqrt(diag(vcov(fit))))[-1, ]''', locals(), 'y X')",
    },
    (),
    {
        model: R_MEANS.format(fit, names)
        for model, (fit, names) in {
            "linear": ("lm(y ~ ., d)", R_ROWS),
            "logistic": ("glm(y ~ ., binomial, d)", R_ROWS),
            "probit": ('glm(y ~ ., binomial("probit"), d)', R_ROWS),
            "cloglog": ('glm(y ~ ., binomial("cloglog"), d)', R_ROWS),
            "poisson": ("glm(y ~ ., poisson, d)", R_ROWS),
            "gamma": ('glm(y ~ ., Gamma("log"), d)', R_ROWS),
            "mixed": ("lme4::lmer(y ~ . - g + (1 | g), d)", R_GROUPS),
        }.items()
    },
)

ADAPTERS = (LIFELINES, SCIKIT_SURVIVAL, MIXEDLM, MIXEDLM_RS, GLMM, R)
