"""The multiverse: which analyses are defensible, what each gives, and which choice decides."""
