"""What is asked of the rows can be sent to the workers of a cluster."""

from dataclasses import replace

import cloudpickle
import numpy as np

import stattools as st
from stattools.data.rows.rows import Rows
from stattools.inference.existence.separation import _is_far


def test_largest_predictors_and_checks_are_asked_by_functions_that_can_be_sent(monkeypatch):
    total, sent = Rows.total, []

    def at_a_worker(rows, part, *args, **options):
        sent.append(cloudpickle.dumps(part))
        return total(rows, cloudpickle.loads(sent[-1]), *args, **options)

    fit = st.fit(st.logistic([0, 0, 1, 0, 1, 1, 0, 1], [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 9.0]))
    monkeypatch.setattr(Rows, "total", at_a_worker)
    assert not _is_far(fit.model, replace(fit.solution, reach=np.nan))
    assert len(sent) == 1
    assert {"link", "form", "calibration"} <= set(fit.check().check)
    assert len(sent) > 1
