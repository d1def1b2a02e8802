"""Points inside and outside of a ring, which no line tells apart, and new ones; a solver that is quick with them."""

import numpy as np

import stattools as st

generator = np.random.default_rng(5)
X = generator.normal(size=(240, 2))
RING = np.where((X**2).sum(axis=1) < 1.2, "in", "out")
NEW = generator.normal(size=(100, 2))
NEW_RING = np.where((NEW**2).sum(axis=1) < 1.2, "in", "out")
SMALL = st.Adam(rate=0.02, batch=32, epochs=60)
