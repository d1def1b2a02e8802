"""Which arm is better, how sure is that, and what does the wrong choice cost? Exact, for beta, gamma and normal arms."""
