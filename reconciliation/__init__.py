"""Judges whether both sides agree; reads only, and shares no code with the mover, nor therefore its mistakes."""
