"""The benchmark: how long a full load takes, what it costs, and how that compares with merely copying the rows.

    make bench                          100,000 clients and their applications; about half an hour on two cores
    make bench CLIENTS=10000            a quick one
    make bench ARGS="--help"            parts of it
    make bench-sync                     what keeping in step costs; 20,000 clients

Every figure is measured in one run on one machine, on private servers that are thrown away. Times say little about
another machine: what counts are the ratios to `COPY out | COPY in` of the same rows, and to the well-known programs
that copy tables (dlt, Sling, pgloader). Those get a fifth of the clients, and our load of that fifth beside them.

    __main__     what is run, in which order        yardstick    COPY out, COPY in
    load         our load, measured from inside     rivals       the other programs
    measure      what the system knows              places       databases as they want them
    page         figures into tables and verdicts   dlt_copy     dlt, in a process of its own
    sync         days of work, and who follows      merging      dlt and Sling following; what they missed
    sync_page    its figures into a page            dlt_merge    dlt, in a process of its own
"""
