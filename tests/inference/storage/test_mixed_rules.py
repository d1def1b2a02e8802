"""Files of mixed models with nonsense in them, correctly sealed, are refused by what they hold."""

import pytest

import stattools as st
from tests.inference.storage.test_file import contents, write
from tests.inference.storage.test_mixed_fits import TABLE
from tests.inference.storage.test_rules import ARRAYS, forged, number, other_arrays


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The content and the arrays of a fit with slopes."""
    fit = st.fit(st.linear_mixed("y ~ x + (x | g)", TABLE))
    return contents(fit.save(tmp_path_factory.mktemp("mixed") / "fit"))


FORGED = {
    "more random parts": ("formula", "y ~ x + (x | g) + (1 | x)"),
    "no random part": ("formula", "y ~ x"),
    "another name of degrees": ("df", "none"),
    "normal degrees": ("df", "normal"),
    "a unit of 0": ("unit", 0.0),
    "another unit": ("unit", 3.0),
    "the other likelihood": ("reml", False),
    "a constant of NaN": ("constant", number("nan")),
    "another log-likelihood": ("solution.loglik", -3.0),
    "more rows": ("n", 600),
    "a level of 95": ("level", 95.0),
}


@pytest.mark.parametrize("place, value", FORGED.values(), ids=FORGED)
def test_nonsense_is_refused_when_it_is_read(tmp_path, whole, place, value):
    path = forged(tmp_path, whole[0], whole[1], place, value)
    with pytest.raises(st.DomainError, match="was edited, or is not a fit"):
        st.load(path)


@pytest.mark.parametrize("name", ARRAYS)
def test_arrays_of_nonsense_are_refused(tmp_path, whole, name):
    content, packed = whole
    write(tmp_path / "forged", content, other_arrays(packed, ARRAYS[name]))
    with pytest.raises(st.DomainError, match="load cannot read"):
        st.load(tmp_path / "forged")
