"""Sums in blocks against the rows at once, and how many rows pass through the layers."""

import numpy as np
import pytest

import stattools as st
from stattools.networks.network_model import BLOCK, NetworkModel, block_size, summed


def of_inputs(p, n=700, **options):
    generator = np.random.default_rng(p)
    return st.network(generator.integers(0, 3, n), generator.normal(size=(n, p)), hidden=[3], **options)


def test_blocks_of_many_inputs_have_fewer_rows():
    assert block_size(of_inputs(4)) == BLOCK
    assert block_size(of_inputs(784, 300)) == 256


def test_sums_over_blocks_are_those_of_the_rows_at_once():
    model = of_inputs(800)
    assert block_size(model) < 700
    blocks, whole = summed(model, model.start, 1), model.of_rows(model.start, slice(None), 1)
    assert blocks.loglik == pytest.approx(whole.loglik, rel=1e-13)
    np.testing.assert_allclose(blocks.score, whole.score, rtol=1e-9, atol=1e-11)  # terms of a sum cancel


def test_some_rows_are_the_model_of_these_rows():
    model, rows = of_inputs(800), np.random.default_rng(0).permutation(700)[:450]
    some, whole = summed(model, model.start, 1, rows), model.of_rows(model.start, rows, 1)
    assert some.loglik == pytest.approx(whole.loglik, rel=1e-13)
    np.testing.assert_allclose(some.score, whole.score, rtol=1e-9, atol=1e-11)


def test_batch_norm_takes_its_moments_from_all_rows():
    model = of_inputs(800, batch_norm=True)
    whole = model.of_rows(model.start, slice(None), 0)
    assert summed(model, model.start, 0).loglik == pytest.approx(whole.loglik, rel=1e-13)


@pytest.mark.parametrize(("validation", "passes"), [(0.0, 1.0), (0.1, 1.1)])
def test_an_epoch_is_followed_by_one_pass_over_all_rows(monkeypatch, validation, passes):
    seen, of_rows = [], NetworkModel.of_rows

    def counted(self, theta, index, order=1, *more, **options):
        if not order:
            seen.append(len(self.rows.y[index]))
        return of_rows(self, theta, index, order, *more, **options)

    monkeypatch.setattr(NetworkModel, "of_rows", counted)
    fit = st.fit(of_inputs(4), solver=st.Adam(epochs=1, validation=validation))
    assert sum(seen) == round(passes * 700)
    monkeypatch.undo()
    assert fit.loglik == fit.model.loglik(fit.estimate)
