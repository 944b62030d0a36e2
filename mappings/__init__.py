"""What moves and how: data only (YAML, CSV), a package so that its files are found wherever it is installed."""
