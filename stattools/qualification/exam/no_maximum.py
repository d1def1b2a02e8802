"""Laws of data without a right number: a package has to refuse, or to say so.

A likelihood that rises for ever along a direction (separation, monotone likelihood), that is unbounded (a variance that
goes to 0), or that does not change along one (aliased columns) has no single maximum.
"""

from __future__ import annotations

from stattools.qualification.exam.law import ALONE, COUNTS, EVENTS, GROUPS, SERIES, WITH, Law

NO_MAXIMUM: tuple[Law, ...] = (
    Law("aliased columns", "a column that is the sum of two; a ridge chooses among them", (*ALONE, *WITH, *SERIES),
        "X[:, 2] = X[:, 0] + X[:, 1]"),
    Law("a constant column", "beside an intercept, a baseline hazard or a level; a ridge takes it for 0",
        (*ALONE, *WITH, *GROUPS, *SERIES), "X[:, -1] = 1"),
    Law("separation", "a column that tells the outcomes apart", (*EVENTS, "logistic with weights"),
        "y = (X[:, 0] > 0.1).astype(int)"),
    Law("a level without failures", "all rows of a level have the event", (*EVENTS, "logistic with weights"),
        "y[X[:, 1] == 1] = 1"),
    Law("a level without events", "all counts of a level are 0",
        (*COUNTS, "poisson with an offset", "poisson with weights"), "y[X[:, 1] == 1] = 0"),
    Law("monotone likelihood", "no event in a level", ("Cox", "Weibull"), "event[X[:, 1] == 1] = 0"),
    Law("monotone in order", "who has more of a column has the event earlier, in each pair", ("Cox",),
        "time, event = np.argsort(np.argsort(-X[:, 0])) + 1.0, event**0"),
    Law("a category that is certain", "a level has one category", ("softmax", "ordinal"), "y[X[:, 1] == 1] = 2"),
    Law("pure groups", "each group has one outcome", ("mixed logistic",), "y = (g % 2 == 0).astype(int)"),
    Law("one row for each group", "as many groups as rows", ("mixed",), "g = np.arange(n)"),
    Law("unbounded: times without spread", "times that columns tell exactly: a scale of 0", ("Weibull",),
        "time, event = np.exp(X @ [0.8, -0.5, 0.2]), event**0"),
    Law("unbounded: groups without spread", "outcomes that groups tell exactly: a residual variance of 0",
        ("mixed", "mixed with slopes"), "y = 1.0 * (g % 5)"),
)  # fmt: skip
