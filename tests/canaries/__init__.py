"""Canaries: secrets and personal values that a test plants where the program works, to look for them elsewhere.

values.py   what is planted: 20 secrets, and 25 persons of eight values each
search.py   looks for them in every form in which they could come out
rows.py     plants the persons in a sample, in rows that load and in rows that go wrong in every way
world.py    a project between real servers with real passwords, every command called, everything kept that came out
"""
