"""What a fit of labels in order says of its cuts."""

from __future__ import annotations

from stattools.inference.averaged import Averaged
from stattools.inference.questions import require
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.when_needed import pd


@answers_guesses
class Parallel(Averaged):
    """The questions of a fit, see `stattools.Fit`, that only labels in order have."""

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
