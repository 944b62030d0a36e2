"""The benchmark: how long a full load takes, what it costs, and how that compares with merely copying the rows.

    make bench                          100,000 clients and their applications; about half an hour on two cores
    make bench CLIENTS=10000            a quick one
    python -m bench --help              parts of it

Every figure is measured in one run on one machine, on private servers that are thrown away. Times say little about
another machine: the ratios to `COPY out | COPY in` of the same rows are what counts.
"""
