"""What is expected of the data on each side, as suites that Great Expectations judges inside the databases.

    suites    quality/legacy.yaml and quality/platform.yaml -> Suite values, with every mistake at once
    rows      a set of rows as one SELECT, with the columns that are worked out inside the database
    gx        the only module that imports great_expectations: judges a set of rows, writes Data Docs

The check itself is `reconciliation.checks.quality`.
"""
