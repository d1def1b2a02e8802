"""Every class of samples with arms that a conjugate prior takes can be taken apart."""

import numpy as np

import stattools as st
from stattools.bayes.conjugate.data.parts import PARTS, part_of
from stattools.bayes.conjugate.pairs import CLOSED_FORMS
from stattools.models.any_model import AnyModel
from stattools.models.samples.multivariate_normal import MultivariateSample


def test_every_sample_with_arms_has_a_row():
    with_arms = {model for model, _ in CLOSED_FORMS if "arms" in getattr(model, "__dataclass_fields__", {})}
    assert with_arms == set(PARTS)
    assert not issubclass(MultivariateSample, tuple(PARTS))
    assert all(issubclass(model, AnyModel) for model in PARTS)


def test_parts_are_what_the_rows_of_the_arms_make():
    y, by = [1.0, 2.0, 3.0, 5.0], ["B", "A", "B", "C"]
    whole = st.normal(y, sd=[1.0, 2.0, 3.0, 4.0], by=by)
    part = part_of(whole, np.array([2, 1]), ("C", "B"))
    twin = st.normal([1.0, 3.0, 5.0], sd=[1.0, 3.0, 4.0], by=["B", "B", "C"]).over(("C", "B"))
    assert part.values.tolist() == twin.values.tolist()
    assert part.codes.tolist() == twin.codes.tolist() == [1, 1, 0]
    assert part.sd.tolist() == twin.sd.tolist()
    alone = part_of(st.poisson_rate([1, 2, 3, 5], by=by), np.array([1]), None)
    assert (alone.shape, alone.events.tolist(), alone.names) == ((), [1, 3], ("rate",))
