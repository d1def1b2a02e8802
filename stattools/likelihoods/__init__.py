"""Likelihoods: what one observation y says about its linear predictor eta.

Each is a frozen dataclass with `parameters` (by name, each with its link), `width` (number of eta per row) and,
vectorised over rows, `check`, `mean`, `loglik`, `score` (d loglik / d eta), `information` (- d2 loglik / d eta2),
`sample`, and the fused `evaluate`, which returns all three at the cost of one set of exponentials. They know nothing of
X, of blocks or of solvers.
"""

from stattools.likelihoods.beta import BetaBinomial as BetaBinomial
from stattools.likelihoods.beta import BetaFamily as BetaFamily
from stattools.likelihoods.binary import Bernoulli as Bernoulli
from stattools.likelihoods.binary import Binomial as Binomial
from stattools.likelihoods.binary import Probit as Probit
from stattools.likelihoods.counts import NegativeBinomial as NegativeBinomial
from stattools.likelihoods.counts import Poisson as Poisson
from stattools.likelihoods.labels import Categorical as Categorical
from stattools.likelihoods.labels import Cumulative as Cumulative
from stattools.likelihoods.likelihood import Likelihood as Likelihood
from stattools.likelihoods.linked import Linked as Linked
from stattools.likelihoods.normal import Gaussian as Gaussian
from stattools.likelihoods.normal import LocationScale as LocationScale
from stattools.likelihoods.positive import GammaFamily as GammaFamily
from stattools.likelihoods.positive import InverseGaussian as InverseGaussian
from stattools.likelihoods.times import FailureTime as FailureTime
from stattools.likelihoods.zeros import Hurdle as Hurdle
from stattools.likelihoods.zeros import ZeroInflated as ZeroInflated
from stattools.likelihoods.zeros import ZeroTruncated as ZeroTruncated
