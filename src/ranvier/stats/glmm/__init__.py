"""Mixed models of the counts themselves: no effect of a study, no constant for its empty cells."""
