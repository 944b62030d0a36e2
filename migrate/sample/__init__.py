"""The realistic GCMS-shaped legacy database and the truth file about its damage."""
