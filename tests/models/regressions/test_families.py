"""The table of regressions names every constructor, and the likelihoods that its models have."""

import stattools as st
from stattools import likelihoods
from stattools.models.regressions.glm import FAMILIES
from tests.cases import REGRESSIONS


def test_every_name_is_a_constructor_and_every_class_a_likelihood():
    for kind, classes in FAMILIES.items():
        assert callable(getattr(st, kind))
        assert set(classes) <= set(dir(likelihoods))


def test_models_have_the_likelihoods_that_the_table_says():
    models = [case.model("y ~ x", case.table()) for case in REGRESSIONS]
    kinds = {model.kind: type(model.likelihood).__name__ for model in models if isinstance(model, st.Model)}
    assert kinds.keys() >= FAMILIES.keys()
    for kind in FAMILIES:
        assert kinds[kind] in FAMILIES[kind]
