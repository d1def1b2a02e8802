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


def tuples(value):
    """Tuples within each other, as a file has them."""
    return {"@": "tuple", "items": [tuples(one) for one in value]} if isinstance(value, tuple) else value


FORGED = {
    "another formula": ("formula", "y ~ x + (1 | g)", "the random parts are not those"),
    "more random parts": ("formula", "y ~ x + (x | g) + (1 | x)", "the random parts are not those"),
    "no random part": ("formula", "y ~ x", "the random parts are not those"),
    "other fixed effects": ("formula", "y ~ x + g + (x | g)", "the fixed part is not that"),
    "one level": ("levels", tuples(((("a",),),)), "the groups have no levels"),
    "other levels": ("levels", tuples(((("a", "b"),),)), "the sums are of other groups"),
    "another name of degrees": ("df", "none", "degrees of freedom have no such name"),
    "normal degrees": ("df", "normal", "degrees of freedom have no such name"),
    "a unit of 0": ("unit", 0.0, "the units are none"),
    "another unit": ("unit", 3.0, "of its sums"),
    "the other likelihood": ("reml", False, "of its sums"),
    "a constant of NaN": ("constant", number("nan"), "not that of its sums"),
    "another log-likelihood": ("solution.loglik", -3.0, "log-likelihood is not that of its sums"),
    "more rows": ("n", 600, "of its sums"),
    "groups apart": ("joined", False, "the sums are of other places"),
    "a level of 95": ("level", 95.0, "level"),
    "curvatures of a scale below 0": ("curvatures.s2", -1.0, "they are none"),
    "curvatures of another scale": ("curvatures.s2", 1e300, "the curvatures are of another place"),
}


@pytest.mark.parametrize("place, value, words", FORGED.values(), ids=FORGED)
def test_nonsense_is_refused_when_it_is_read(tmp_path, whole, place, value, words):
    path = forged(tmp_path, whole[0], whole[1], place, value)
    with pytest.raises(st.DomainError, match=rf"was edited, or is not a fit .*({words})"):
        st.load(path)


@pytest.mark.parametrize("name", [name for name in ARRAYS if name not in ("not symmetric", "a correlation of 3")])
def test_arrays_of_nonsense_are_refused(tmp_path, whole, name):
    content, packed = whole
    write(tmp_path / "forged", content, other_arrays(packed, ARRAYS[name]))
    with pytest.raises(st.DomainError, match="load cannot read"):
        st.load(tmp_path / "forged")
