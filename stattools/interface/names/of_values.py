"""What others write as the value of an argument: the argument, ours as one writes it, and the words of others."""

from __future__ import annotations

VALUES: dict[str, dict[str, str]] = {
    "cov": {
        '"information"': "nonrobust iid classical standard oim opg model default none naive fisher homoskedastic",
        '"HC1"': "hetero heteroskedastic heteroscedastic white hc sandwich huber hc_1 eicker",
        '"HC3"': "hc5 hc4m jackknife",
        'st.Cluster("group")': "cluster clustered crv1 crv2 crv3 cl cr0 cr1 cr2 group groups panel twoway",
        "st.HAC(lags=4)": "hac nw neweywest newey kernel panelnw dk driscollkraay autocorrelated",
        "st.bootstrap(fit, draws=1000, seed=1)": "bootstrap boot wild",
    },
    "penalty": {
        "st.Ridge(1.0)": "l2 ridge tikhonov quadratic weightdecay",
        "st.Jeffreys()": "firth jeffreys jeffrey biasreduced brglm",
        "None, or st.Ridge(1.0): there is no penalty that sets coefficients to 0": "l1 lasso elasticnet enet",
    },
    "solver": {
        "st.Newton()": "newton irls fisher scoring nr newtoncg newtoncholesky ncg trustncg iwls",
        "st.LBFGS()": "lbfgs bfgs lbfgsb sag saga cg conjugate nm neldermead powell",
        "st.GradientDescent()": "gd sgd gradient gradientdescent steepest",
        "st.Adam()": "adam rmsprop adagrad",
        "st.LeastSquares()": "qr svd pinv cholesky lstsq leastsquares ols exact normalequations lm",
        "None": "auto default",
    },
    "method": {
        '"nuts"': "mcmc hmc stan sample sampling gibbs metropolis pymc emcee full",
        '"laplace"': "vi advi variational map quap inla mode approximate normal quadratic mle",
        '"importance"': "is sir psis snis",
    },
    "family": {
        "ols": "gaussian normal linear lm leastsquares linearregression regress identity",
        "logistic": "logit binomial bernoulli binary logisticregression quasibinomial",
        "probit": "probitregression normit",
        "softmax": "multinomial mnlogit multinom categorical mlogit multiclass nominal",
        "poisson": "count counts poissonregression loglinear quasipoisson",
        "negative_binomial": "nb nb2 negbin nbinom nbreg glmnb overdispersed",
        "gamma": "gammaregression gammalog positive",
        "beta_binomial": "betabin bb",
        "zero_inflated": "zip zinb zeroinfl zeroinflatedpoisson zeroinflation",
        "hurdle": "hurdlecountmodel hurdlepoisson twopart",
    },
    "family of glm": {
        "normal": "gaussian linear lm ols leastsquares gauss norm identity quasigaussian",
        "binomial": "bernoulli logit logistic binary binom logisticregression probit quasibinomial bin proportion",
        "poisson": "count counts pois quasipoisson loglinear poissonregression",
        "gamma": "gam gammaregression",
        "inverse-gaussian": "invgauss ig wald igaussian invgaussian invnormal inversenormal",
        "negative-binomial": "nb nb2 negbin nbinom nbreg glmnb negativebinomial2 negbinomial negativebinomialii",
        "beta": "betareg betaregression betamodel proportions shares",
    },
    "link of glm": {
        "identity": "id linear none",
        "log": "ln logarithm exp exponential",
        "logit": "logistic logodds sigmoid expit",
        "probit": "normal norm gaussian normit",
        "cauchit": "cauchy",
        "cloglog": "complementaryloglog comploglog gompit",
        "loglog": "gumbel logloglink nloglog",
        "sqrt": "squareroot root",
        "inverse": "inversepower reciprocal inv 1/mu invlink",
        "inverse-squared": "1/mu^2 1/mu2 1/mu**2 inversesquare inversesquaredlink inverse2",
    },
    "family of counts": {
        'family="poisson"': "zip pois count counts",
        'family="negative-binomial"': "nb nb2 negbin nbinom zinb overdispersed",
    },
    "kind of predictions": {
        'kind="mean"': "response prob probs probability probabilities proba expected fitted predicted raw mu",
        'kind="link"': "lp linear linpred eta xb linearpredictor logit terms",
        'kind="class"': "label labels category predicted_class hard argmax classes",
        'kind="zero"': "zeros probzero pzero prob0 p0 probabilityofzero",
        'kind="observation"': "prediction obs outcome newobservation predictive",
    },
    "kind of residuals": {
        'kind="response"': "raw working ordinary y resid residual",
        'kind="pearson"': "standardized studentized student rstandard rstudent std scaled internal",
        'kind="quantile"': "randomized dharma rqr surrogate anscombe coxsnell uniform",
    },
    "kind of intervals": {
        'kind="wald"': "normal asymptotic z t standard default approx gaussian",
        'kind="profile"': "lr lrt likelihood likelihoodratio profilelikelihood profiled chi2",
        'kind="score"': "rao lagrange",
    },
    "kind of belief": {
        'kind="hdi"': "hpd hpdi highest hdr density",
        'kind="eti"': "equal equaltailed quantile central percentile",
    },
}  # fmt: skip
