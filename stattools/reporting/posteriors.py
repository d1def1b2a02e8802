SEED = 1


def posterior(b): ...
