"""A published result recomputed from its rows: read the print, compute, compare, explain."""
