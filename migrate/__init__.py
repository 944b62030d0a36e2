"""Moves cases from a Siebel-shaped legacy database to the case platform; start reading at `migrate.model`."""
