"""Formats in JSON: CSL-JSON, OpenAlex, Crossref works, ClinicalTrials.gov, and plain lists."""
