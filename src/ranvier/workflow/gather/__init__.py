"""Gathering: reports that are included on the full text become studies, decided by people."""
