"""The words of the pages: English in the templates, other languages from catalogues."""

from __future__ import annotations

from ranvier.reporting.catalogues import N_ as N_
from ranvier.reporting.catalogues import Catalogue
from ranvier.reporting.catalogues import catalogue as catalogue

__all__ = ["N_", "Catalogue", "catalogue"]
