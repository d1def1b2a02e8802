import numpy as np
import pytest

import stattools as st


def test_the_steps_are_those_of_the_paper():
    """Algorithm 1 of Kingma & Ba, in a loop, with decoupled decay."""
    solver = st.Adam(rate=0.1, weight_decay=0.5)
    move = solver.stepper(np.array([True, False]))
    theta = twin = np.array([1.0, -2.0])
    m, v = np.zeros(2), np.zeros(2)
    for t in range(1, 30):
        score = np.array([np.sin(t), np.cos(3 * t)])
        theta = move(theta, score)
        m, v = 0.9 * m + 0.1 * score, 0.999 * v + 0.001 * score**2
        step = 0.1 * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        twin = twin * np.array([1 - 0.1 * 0.5, 1.0]) + step
    np.testing.assert_allclose(theta, twin, rtol=1e-12)


@pytest.mark.parametrize(
    "options",
    [
        {"rate": 0.0},
        {"rate": "fast"},
        {"validation": 1.0},
        {"epochs": 0},
        {"epochs": 10**12},
        {"batch": 2.5},
        {"slowdowns": -1},
        {"weight_decay": 1e4},
    ],
)
def test_values_out_of_range(options):
    with pytest.raises(st.DomainError, match=next(iter(options))):
        st.Adam(**options)
