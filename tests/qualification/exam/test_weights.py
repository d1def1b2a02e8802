"""A weight of k is k repeated rows: for the estimates, their standard errors and the log-likelihood."""

import pytest

from stattools.qualification.exam.examination import ADAPTERS, code, judged
from stattools.qualification.exam.harness import answer
from stattools.qualification.exam.laws import COEFFICIENTS

OURS = ADAPTERS["stattools"]
STATSMODELS = ADAPTERS["statsmodels"]

LAW = next(law for law in COEFFICIENTS if law.name == "weights")


@pytest.mark.parametrize("model", LAW.models)
@pytest.mark.parametrize("adapter", [OURS, STATSMODELS], ids=lambda adapter: adapter.name)
def test_weights_are_repeated_rows(adapter, model):
    before, after = answer(code(adapter, model)), answer(code(adapter, model, LAW))
    assert judged(LAW, model, before, after, None).outcome == "right"


@pytest.mark.parametrize("model", ["linear with weights", "log-likelihood, linear with weights"])
def test_weights_of_a_precision_are_found(model):
    """Estimates are the same, standard errors and the log-likelihood are not."""
    lines = code(STATSMODELS, model).replace(
        "sm.GLM(y, A, family=sm.families.Gaussian(), freq_weights=w)", "sm.WLS(y, A, w)"
    )
    lines = "\n".join(line for line in lines.split("\n") if not line.startswith("said"))
    repeated = "i = np.repeat(np.arange(n), w); X, y, w = X[i], y[i], np.ones(len(i))\nimport statsmodels"
    after = lines.replace("import statsmodels", repeated, 1)
    assert "WLS" in lines
    assert "repeat" in after
    assert judged(LAW, model, answer(lines), answer(after), None).outcome == "silent"
