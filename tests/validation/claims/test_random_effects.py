from stattools.validation.claims.rows import random_effects
from tests.validation.claims.printed_pages import page


def test_the_block_of_lme4():
    found = {name: (float(one.value), float(one.half)) for name, one in random_effects(page("lmer")).items()}
    assert found == {
        "variance of (Intercept) in g": (1.1024, 5e-5),
        "sd of (Intercept) in g": (1.05, 5e-5),
        "variance of x in g": (0.1405, 5e-5),
        "sd of x in g": (0.3749, 5e-5),
        "correlation of x and (Intercept) in g": (-0.11, 5e-3),
        "variance of Residual": (1.0537, 5e-5),
        "sd of Residual": (1.0265, 5e-5),
    }


def test_pages_without_it():
    assert random_effects(page("lm")) == {}
