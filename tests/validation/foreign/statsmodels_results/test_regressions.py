"""What statsmodels' results say of their fit."""

import statsmodels.formula.api as smf

import stattools as st
from tests.validation.explaining.test_audit import Binomial, C, sm, table, yes


def test_the_text_outcome_of_a_formula_glm_is_the_other_one():
    found = st.audit(smf.glm("said ~ a + b", table, family=Binomial()).fit(), table)
    assert [f.cause for f in found.findings] == ["outcome coding"]
    assert "P(said = 'no')" in found.findings[0].evidence
    assert st.audit(smf.logit("y ~ a + b", table).fit(disp=0), table).ok
    assert not st.audit(sm.Logit(1 - yes, C).fit(disp=0), y=yes).ok
