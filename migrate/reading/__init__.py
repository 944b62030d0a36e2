"""Files that people write: YAML to values with their lines (`document`), and a grammar read key by key (`grammar`)."""
