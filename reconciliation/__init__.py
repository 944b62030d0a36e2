"""Judges whether both sides agree; reads only, and shares no code with the mover, so that it cannot repeat its mistakes."""
