"""Which record to screen next, learnt from what was decided so far, and how well that works."""
