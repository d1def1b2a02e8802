"""Terms over some of the rows: levels, codes and columns belong together."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from stattools.data.dataset import read
from stattools.errors import DomainError
from tests.data.test_random_design import TABLE


def test_some_of_the_rows_have_the_levels_that_are_left():
    latent = read("y ~ (1 | g:h) + (x | h)", TABLE, latent=True).latent
    assert latent is not None
    some = np.flatnonzero(np.array(TABLE["g"]) == "b")
    taken = latent.take(some)
    whole = [latent.terms[0].levels[k] for k in latent.terms[0].codes[some]]
    term = taken.terms[0]
    assert [term.levels[k] for k in term.codes] == whole
    assert {g for g, _ in term.levels} == {"b"}
    assert_array_equal(taken.terms[1].z, latent.terms[1].z[some])
    assert [design.labels for design in taken.random] == [term.levels for term in taken.terms]
    assert_array_equal(taken.random[0].terms(TABLE)[0].codes[some], term.codes)


def test_one_group_is_not_enough_where_the_others_have_rows_that_say_nothing():
    rows = read("y ~ (1 | g)", TABLE, latent=True)
    with pytest.raises(DomainError, match=r"'g' of \(1 \| g\) has one level only \('b'\) in the 4 complete rows"):
        rows.without(np.array(TABLE["g"]) != "b")
    latent = rows.without(np.arange(8) == 0).latent
    assert latent is not None
    assert len(latent.terms[0].levels) == 2


def test_titles_say_what_is_there():
    latent = read("y ~ x + (1 | g)", TABLE, latent=True).latent
    assert latent is not None
    assert latent.said_of == "with random effects"
