"""The table of conventions, in the order in which they are applied: what changes estimates, errors, and the print.

Of those that change estimates the first move all of them, and the later ones some, or what they are estimates of.
"""

from __future__ import annotations

from stattools.validation.conventions import outcomes, scales
from stattools.validation.conventions.censoring import CENSORED, STRATA
from stattools.validation.conventions.choice import Choice
from stattools.validation.conventions.covariances import CLUSTERS, COVARIANCE, LAGS
from stattools.validation.conventions.dispersions import DIVISOR, INFORMATION, MOMENT
from stattools.validation.conventions.displays import DEGREES, FORM, LEVEL, PROFILE, REACH, SIDES, SIGN, SQUARE
from stattools.validation.conventions.exposures import OFFSET
from stattools.validation.conventions.factors import CODING, NUMBERS, REFERENCE
from stattools.validation.conventions.families import FAMILY, LINK
from stattools.validation.conventions.gaps import FILLED
from stattools.validation.conventions.grouping import GROUPS
from stattools.validation.conventions.intercepts import INTERCEPT
from stattools.validation.conventions.likelihood_kinds import INTEGRATED, RESTRICTED, TIED
from stattools.validation.conventions.not_converged import STOPPED
from stattools.validation.conventions.penalties import PENALTY
from stattools.validation.conventions.rows_left_out import ROWS
from stattools.validation.conventions.rows_repeated import REPEATED
from stattools.validation.conventions.simpler_counts import ALPHA, VARIANCE, ZEROS
from stattools.validation.conventions.terms_left_out import TERMS
from stattools.validation.conventions.transforms import LOGGED, TRANSFORMED
from stattools.validation.conventions.weightings import WEIGHTS

CONVENTIONS: tuple[Choice, ...] = (
    ROWS,
    REPEATED,
    FILLED,
    WEIGHTS,
    OFFSET,
    CENSORED,
    STRATA,
    outcomes.OUTCOME,
    FAMILY,
    ALPHA,
    VARIANCE,
    ZEROS,
    GROUPS,
    LINK,
    TIED,
    RESTRICTED,
    INTEGRATED,
    REFERENCE,
    NUMBERS,
    CODING,
    scales.SCALE,
    scales.DESIGN,
    scales.OUTCOME,
    TRANSFORMED,
    LOGGED,
    INTERCEPT,
    TERMS,
    PENALTY,
    STOPPED,
    COVARIANCE,
    CLUSTERS,
    LAGS,
    INFORMATION,
    DIVISOR,
    MOMENT,
    FORM,
    SIGN,
    DEGREES,
    LEVEL,
    REACH,
    PROFILE,
    SIDES,
    SQUARE,
)
