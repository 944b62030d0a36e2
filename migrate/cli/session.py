"""What a command is given: the project it works on, and where to say what."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from migrate.cli.output import Output
from migrate.errors import InvalidInput, Mistake

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from migrate.cli.progress import Bar, RunWatch
    from migrate.project import Project


@dataclass
class Session:
    """One call of one command.

    folder: as given with --project; None looks in the current folder and above.
    """

    folder: Path | None
    as_json: bool = False
    debug: bool = False
    output: Output = field(init=False)

    def __post_init__(self) -> None:
        self.output = Output(as_json=self.as_json)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if "project" in self.__dict__:
            self.project.close()

    @cached_property
    def project(self) -> "Project":
        """The project; raises InvalidInput where there is none or its settings are wrong."""
        from flows.secrets import READERS
        from migrate.project import Project

        return Project.find(self.folder, READERS)

    def entity(self, name: str | None) -> None:
        """Raise InvalidInput unless the mappings know this entity; None is none in particular."""
        known = self.project.mappings().order
        if name is not None and name not in known:
            raise InvalidInput(
                [Mistake("ENTITY", 0, f"there is no entity {name}", f"known are {', '.join(known)}")]
            )

    def document(self, content: Mapping[str, Any]) -> None:
        """The result as one JSON document on stdout; only with --json."""
        self.output.document(content)

    def table(
        self, columns: Iterable[str], rows: Iterable[Iterable[object]], *, title: str = "", **options: Any
    ) -> None:
        """A table on stdout; nothing with --json."""
        self.output.table(columns, rows, title=title, **options)

    def say(self, text: str) -> None:
        """A line of the result on stdout; nothing with --json."""
        self.output.say(text)

    def note(self, text: str) -> None:
        """A line about the work on stderr."""
        self.output.note(text)

    def then(self, *steps: str) -> None:
        """The next sensible steps, on stderr."""
        self.output.then(*steps)

    def bar(self, label: str, total: int, *, unit: str) -> "AbstractContextManager[Bar]":
        """Progress of one piece of long work, on stderr."""
        from migrate.cli.progress import bar

        return bar(self.output.stderr, label, total, unit)

    def watch(self) -> "RunWatch":
        """Progress of a run, on stderr."""
        from migrate.cli.progress import RunWatch

        return RunWatch(self.output.stderr)
