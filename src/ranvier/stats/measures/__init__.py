"""The formulas of the effect measures: columns in, (yi, vi) out, one module a kind of data."""
