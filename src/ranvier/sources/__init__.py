"""Databases and registers that are searched over the network: each contacts its own host only."""

from ranvier.sources.clinicaltrials import ClinicalTrials
from ranvier.sources.crossref import Crossref
from ranvier.sources.europepmc import EuropePmc
from ranvier.sources.line import Contact, Line
from ranvier.sources.openalex import OpenAlex
from ranvier.sources.pubmed import PubMed
from ranvier.sources.spool import FolderSpool

__all__ = [
    "ClinicalTrials",
    "Contact",
    "Crossref",
    "EuropePmc",
    "FolderSpool",
    "Line",
    "OpenAlex",
    "PubMed",
]
