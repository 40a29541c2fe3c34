"""Catalogues: what we say, in the languages we can say it in (PO files, CLDR plurals)."""

from __future__ import annotations

from ranvier.reporting.catalogues.catalogue import N_, Catalogue, catalogue, languages

__all__ = ["N_", "Catalogue", "catalogue", "languages"]
