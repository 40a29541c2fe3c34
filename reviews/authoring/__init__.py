"""The worked example on multifocal motor neuropathy: its facts as files, and what records them."""
