import numpy as np
import pytest

import stattools as st
from stattools.inference.existence.random_effects import check_rows_of_groups

g, x = np.arange(12), np.linspace(-1.0, 1.0, 12)
flips, counts = np.tile([0, 1, 1], 4), np.tile([0, 3, 1, 5], 3)


def table(**columns: object) -> dict[str, object]:
    return {"g": g, "x": x, "n": np.tile([1, 4], 6), "one": np.ones(12), "twice": np.full(12, 2), **columns}


ONE_ROW = [
    lambda: st.logistic("y ~ x + (1 | g)", table(y=flips)),
    lambda: st.probit("y ~ x + (1 | g)", table(y=flips)),
    lambda: st.glm("y ~ x + (1 | g)", table(y=flips), family="binomial", link="cloglog"),
    lambda: st.ordinal("y ~ x + (1 | g)", table(y=np.tile([0, 1, 2], 4))),
    lambda: st.logistic("y ~ x + (1 | g)", table(y=flips), trials="one"),
    lambda: st.gamma("y ~ x + (1 | g)", table(y=1.0 + counts)),
    lambda: st.beta_binomial("y ~ x + (1 | g)", table(y=np.minimum(counts, 1)), trials="n"),
]


@pytest.mark.parametrize("make", ONE_ROW)
def test_one_row_of_a_group_tells_no_variance(make):
    with pytest.raises(st.IdentificationError, match=r"each of the 12 groups of 'g' in \(1 \| g\) has one row"):
        check_rows_of_groups(make())


TOLD = [
    lambda: st.logistic("y ~ x + (1 | g)", table(y=np.minimum(counts, 1)), trials="n"),
    lambda: st.logistic("y ~ x + (1 | g)", table(y=flips), weights="twice"),
    lambda: st.poisson("y ~ x + (1 | g)", table(y=counts)),
    lambda: st.negative_binomial("y ~ x + (1 | g)", table(y=counts)),
    lambda: st.logistic("y ~ x + (1 | g)", table(y=flips, g=np.arange(12) // 2)),
]


@pytest.mark.parametrize("make", TOLD)
def test_counts_trials_and_several_rows_do(make):
    check_rows_of_groups(make())


def test_more_effects_than_rows_are_refused():
    with pytest.raises(st.IdentificationError, match="2 effects in each of 6 groups, 12 in all, and there are 12"):
        check_rows_of_groups(st.logistic("y ~ x + (x | g)", table(y=flips, g=np.arange(12) // 2)))
    with pytest.raises(st.IdentificationError, match="2 effects in each of 12 groups, 24 in all, and there are 12"):
        check_rows_of_groups(st.poisson("y ~ x + (x | g)", table(y=counts)))


MEASURED = {
    "gamma": lambda rows: st.gamma("y ~ x + (1 | g)", rows),
    "inverse gaussian": lambda rows: st.glm("y ~ x + (1 | g)", rows, family="inverse gaussian", link="log"),
    "weibull": lambda rows: st.aft("survival(y, y < 99) ~ x + (1 | g)", rows),
}


@pytest.mark.parametrize("make", MEASURED.values(), ids=MEASURED)
def test_measurements_that_differ_between_groups_only_are_named(make):
    """With effects that make them exactly the density rises without bound as the spread goes to 0."""
    pairs = np.arange(12) // 2
    same = table(y=1.5 + pairs, g=pairs)
    with pytest.raises(st.IdentificationError, match=r"constant within each level of 'g'"):
        check_rows_of_groups(make(same))
    check_rows_of_groups(make(same | {"y": np.where(np.arange(12) == 5, 9.0, same["y"])}))


def test_a_spread_that_is_no_parameter_may_be_constant_within_groups():
    pairs = np.arange(12) // 2
    same = table(y=1.5 + pairs, g=pairs)
    check_rows_of_groups(st.aft("survival(y, y < 99) ~ x + (1 | g)", same, distribution="exponential"))
