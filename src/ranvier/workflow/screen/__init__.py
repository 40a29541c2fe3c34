"""Screening: what a team does with records and reports, each person through their own sight."""
