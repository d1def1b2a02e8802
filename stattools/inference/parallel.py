"""What a fit of labels in order says of its cuts, and one of times of its hazards."""

from __future__ import annotations

from stattools.inference.averaged import Averaged
from stattools.inference.questions import require
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.when_needed import pd


@answers_guesses
class Parallel(Averaged):
    """The questions of a fit, see `stattools.Fit`, that only labels in order or times have."""

    def proportional_odds(self) -> pd.DataFrame:
        """Tests of whether each term has the same effect at every cut, of `st.ordinal`: term, test, df, statistic,
        p_value; the last rows are of all terms together.

        `test` is "lr", against effects of the term at each cut (`nonparallel=`), "score", Rao's of the same, and for
        the logit "brant", of logistic regressions of y > j. A test that the data do not allow, as where a cut separates
        them, is named in `attrs["note"]`. Raises IncompatibleError for other models and for fits with a penalty.
        """
        from stattools.inference.hypotheses.proportional_odds import proportional_odds

        require(self, "proportional_odds")
        return proportional_odds(self)

    def hazard_ratios(self, level: float | None = None) -> pd.DataFrame:
        """Hazard ratios of `st.aft` with Weibull or exponential times, exp(-coefficient / scale), above 1 where the
        event comes sooner: term, estimate, se_log, statistic, p_value, lower, upper. The intercept has none.

        se_log is the standard error of the logarithm, by the delta method with that of the scale; intervals at
        `level` are made on the log scale. Raises IncompatibleError where hazards are not proportional.

        >>> import stattools as st
        >>> table = {"t": [2.0, 3.0, 5.0, 7.0, 11.0, 12.0], "d": [1, 1, 0, 1, 1, 0], "x": [1, 0, 1, 0, 0, 1]}
        >>> fit = st.fit(st.aft("survival(t, d) ~ x", table, distribution="exponential"))
        >>> fit.hazard_ratios().estimate.round(3).tolist()
        [0.368]
        """
        from stattools.inference.intervals.hazard_ratios import hazard_ratios

        require(self, "hazard_ratios")
        return hazard_ratios(self, level)
