"""The command line `migrate`: thin click commands, one file per noun under `commands/`.

    root.py        the tree of commands, loaded when they are named; the one place where errors become exit codes
    command.py     how a command is declared: shared options, examples, exit codes
    session.py     what a command is given: the project, and where to say what
    output.py      tables and documents on stdout, notes on stderr
    failure.py     one message per error; a report without personal data for a defect
    interrupts.py  INT and TERM: a clean end within seconds
    progress.py    bars on a terminal, plain lines elsewhere
    books.py       the books of a run as a table

Nothing heavy is imported before a command's body runs, so that `migrate --help` and tab completion answer at once.
"""


def main() -> None:
    """Entry point of the program `migrate`."""
    import gc

    gc.set_threshold(50_000)  # until `migrate.project.memory.settled`
    from migrate.cli.root import cli

    cli()
