"""Which arm is better, how sure is that, and what does a wrong choice cost? Exact, for beta, gamma, normal arms."""
