"""The composition root: from a folder with settings to connected parts."""

from collections.abc import Iterator
from collections.abc import Mapping as Dict
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from migrate.errors import Drift, InvalidInput, MigrateError, Mistake
from migrate.project import settings as settings_file
from migrate.project.memory import batch_bytes, settled, spare_memory
from migrate.project.secrets import Readers, Secret, Unresolved, part_with_secret, resolve
from migrate.project.settings import EMBEDDED, FILE, LEGACY_KINDS, PLATFORM_KINDS, STATE_SCHEMA, Settings

if TYPE_CHECKING:
    from pyarrow import Array
    from sqlalchemy import URL

    from migrate.extract import Source
    from migrate.load import PostgresTarget
    from migrate.load.undoing import Undone
    from migrate.mapping import Mappings, Vocabulary
    from migrate.mapping.nouns import Mapping
    from migrate.model import Layout
    from migrate.patience import Notice, Patience
    from migrate.plan import Plan
    from migrate.platform.upgrading import Upgrade
    from migrate.project.drift import Comparison, Difference
    from migrate.run import Parts, Run
    from migrate.state import State
    from migrate.state.schemas import Records

HIDDEN = ".migrate"

STAND_INS: Dict[str, Dict[str, object]] = {
    "user_account": {"status_code": "FORMER", "external_key": "{key}"},
}
"""Platform table -> columns of a row that stands in for one that the legacy system does not have (`else: stub`)."""


@dataclass(frozen=True)
class Project:
    """A folder with a `migrate.toml`, and what its settings compose.

    folder:    absolute path.
    settings:  as read; lines for messages are looked up in `text` when they are needed.
    readers:   how further kinds of secrets are read, such as 'prefect-block'.
    """

    folder: Path
    settings: Settings
    text: bytes = field(repr=False)
    readers: Readers = field(default_factory=dict, repr=False)

    @classmethod
    def find(cls, folder: Path | None = None, readers: Readers | None = None) -> "Project":
        """The project in `folder`; without one, in the current folder or the nearest above it.

        Raises InvalidInput where there is none, and with every mistake of its settings.
        """
        start = (folder or Path.cwd()).expanduser().resolve()
        places = [start] if folder else [start, *start.parents]
        home = next((place for place in places if (place / FILE).is_file()), None)
        if home is None:
            where = f"no {FILE} in {start}" + ("" if folder else " or a folder above it")
            raise InvalidInput(
                [Mistake(FILE, 0, where, "run: migrate init DIR; or name a project with --project DIR")]
            )
        if any(
            "\ud800" <= letter <= "\udfff" for letter in str(home)
        ):  # how Python keeps bytes it cannot read
            what = "the project's folder has letters that this terminal's character set lacks"
            raise InvalidInput(
                [Mistake("--project", 0, what, "set one that has them: export LC_ALL=C.UTF-8")]
            )
        text = (home / FILE).read_bytes()
        return cls(home, settings_file.read(text, _called(home / FILE)), text, readers or {})

    @property
    def hidden(self) -> Path:
        """Where the program keeps its own files: the embedded server, reports; made at need, mode 0700."""
        path = self.folder / HIDDEN
        path.mkdir(mode=0o700, exist_ok=True)
        return path

    @property
    def reports(self) -> Path:
        """Where reports are written; it need not exist."""
        return self.folder / HIDDEN / "reports"

    @property
    def name(self) -> str:
        """How ledger, lease and sessions call this project: the legacy system's name."""
        return self.settings.legacy.system

    # --- databases

    @property
    def embedded(self) -> bool:
        """Whether the platform is the private PostgreSQL in the project's folder."""
        return self.settings.platform.url == EMBEDDED

    def legacy_url(self) -> "URL":
        """The legacy database's URL; its text hides the password, its relative SQLite path is made absolute."""
        from sqlalchemy import make_url

        url = make_url(self._revealed("legacy", LEGACY_KINDS).reveal())
        if (
            url.get_backend_name() == "sqlite"
            and url.database
            and not url.database.startswith((":", "file:"))
        ):
            url = url.set(database=str(self.folder / Path(url.database).expanduser()))
        return url

    def platform_url(self) -> "URL":
        """The platform's URL. Starts the embedded server where that is meant; it lives as long as this process."""
        from sqlalchemy import make_url

        if self.embedded:
            from migrate.embedded import embedded

            return make_url(embedded(self.hidden))
        return make_url(self._revealed("platform", PLATFORM_KINDS).reveal())

    def stop_platform(self) -> bool:
        """Stop the embedded server, if there is one and it runs; whether it did."""
        if not self.embedded:
            return False
        from migrate.embedded import stop

        return stop(self.hidden)

    @property
    def files(self) -> tuple[Path, ...]:
        """The folders of the Siebel File System; they need not be there."""
        return tuple(self.folder / Path(name).expanduser() for name in self.settings.legacy.files)

    def source(self) -> "Source":
        """The legacy database, connected at the first use."""
        from migrate.extract import connect

        url = self.legacy_url()
        schema = (
            None if url.get_backend_name() == "sqlite" else self.settings.legacy.schema_name
        )  # it has none
        return connect(url.render_as_string(hide_password=False), schema)

    # --- mappings

    @cached_property
    def mappings_folder(self) -> Path:
        """The folder of the mapping files: the project's own or those shipped with the package."""
        path = self.settings.mappings.path
        return self.folder / Path(path).expanduser() if path else shipped_mappings()

    def vocabulary(self) -> "Vocabulary":
        """The steps, rules and judges that a mapping may name."""
        return vocabulary()

    def layout(self) -> "Layout":
        """The platform's tables as plain values."""
        from migrate.platform.layout import layout

        return layout()

    def mappings(self, entities: tuple[str, ...] = ()) -> "Mappings":
        """The mappings of the project, checked, in the order of loading.

        entities: keep only these. Raises InvalidInput, also for an entity that no mapping is about.
        """
        from migrate.mapping import Mappings

        every = self._mappings
        if wrong := [entity for entity in entities if entity not in every]:
            known = f"known are {', '.join(every.order)}"
            raise InvalidInput(
                Mistake("--entity", 0, f"there is no mapping for {name}", known) for name in wrong
            )
        return Mappings({e: m for e, m in every.items() if e in entities}) if entities else every

    @cached_property
    def _mappings(self) -> "Mappings":
        from migrate.mapping import load

        return load(
            self.mappings_folder,
            vocabulary=self.vocabulary(),
            layout=self.layout(),
            codes=platform_codes(),
            stand_ins=STAND_INS,
        )

    @cached_property
    def _state(self) -> "State":
        from migrate.state import State

        schema = self.settings.platform.schema_name
        return State.open(
            self.platform_url(),
            system=self.name,
            schema=STATE_SCHEMA,
            platform_schema=schema,
            patience=self.patience.seconds,
        )

    # --- the platform, its state, and runs

    def state(self) -> "State":
        """What was done before; connects at the first question."""
        return self._state

    def target(self) -> "PostgresTarget":
        """Where rows go, with the stand-ins for users of whom only references are left."""
        from migrate.load import PostgresTarget, Stub

        mappings = self.mappings()
        roots = {entity: mapping.tables[0].into for entity, mapping in mappings.items()}
        stubs = {entity: Stub(into, STAND_INS[into]) for entity, into in roots.items() if into in STAND_INS}
        fills = {entity: mapping.into for entity, mapping in mappings.items()}
        return PostgresTarget(self.state(), self.layout(), stubs=stubs, fills=fills)

    def upgrade(self, *, dry_run: bool = False) -> "tuple[Upgrade, ...]":
        """Create or upgrade the platform's schema and the state's; with `dry_run` everything is undone at the end."""
        from migrate.project.upgrading import upgrade

        return upgrade(self.platform_url(), self.settings.platform.schema_name, dry_run=dry_run)

    def plan(self, entities: tuple[str, ...] = (), notice: "Notice" = lambda line: None) -> "Plan":
        """What a run of these entities (none: all) would read; writes nothing.

        notice: called with a line for each harmless change of the source's schema. Raises Drift for any other.
        """
        from migrate.planning import make_plan
        from migrate.project.drift import tell

        mappings, source = self.mappings(entities), self.source()
        try:
            comparison = self.compared_source(source, mappings)
            comparison.refuse()
            tell(comparison, notice)
            return make_plan(source, mappings, **self.batches)
        finally:
            source.close()

    @property
    def patience(self) -> "Patience":
        """How long a fault that may pass is waited for."""
        from migrate.patience import Patience

        return Patience(self.settings.run.patience.total_seconds())

    @contextmanager
    def parts(self, entities: tuple[str, ...] = ()) -> "Iterator[Parts]":
        """Everything that a run works with, connected; let go of at the end of the block."""
        from migrate.run import Parts

        spare_memory()
        mappings = self.mappings(entities)
        settled()
        source, target = self.source(), self.target()
        try:
            yield Parts(source, self.state(), target, mappings, self.layout(), self.patience)
        finally:
            target.close()
            source.close()
            self.close()

    def compared(self, parts: "Parts") -> "Comparison":
        """Both databases against what the mappings and this program expect; nothing is written.

        They are asked at the same time. What is wrong with the platform is told first: it may have to be made yet.
        """
        from concurrent.futures import ThreadPoolExecutor

        from migrate.project.drift import compare, look

        with ThreadPoolExecutor(1) as beside:
            here = beside.submit(look, parts.source, parts.mappings, parts.layout)
            there = self._platform_differences()
            return compare(here.result(), parts.state.accepted(), there)

    def compared_source(self, source: "Source", mappings: "Dict[str, Mapping]") -> "Comparison":
        """The source alone, before there need be a platform; against the accepted schema where there is one."""
        from migrate.project.drift import compare, look

        return compare(look(source, mappings, self.layout()), self._accepted())

    def comparison(self, entities: tuple[str, ...] = ()) -> "Comparison":
        """Both sides compared; only the source where the platform has to be made or upgraded first."""
        with self.parts(entities) as parts:
            try:
                return self.compared(parts)
            except Drift:
                return self.compared_source(parts.source, parts.mappings)

    def accept_schema(self, reason: str, *, dry_run: bool = False) -> "Comparison":
        """Expect the source's schema as it is now; returns what differed until now.

        Raises Drift for what cannot be accepted, and Busy where a run is under way.
        """
        from migrate.project.drift import Weight, keep

        with self.parts() as parts:
            comparison = self.compared(parts)
            comparison.refuse(Weight.BROKEN)
            if not dry_run:
                with parts.state.lease() as lease:
                    keep(parts.state, lease, comparison, reason=reason)
            return comparison

    def _platform_differences(self) -> "list[Difference]":
        from migrate.project.drift import platform

        return platform.differences(
            self.platform_url(), self.settings.platform.schema_name, self.patience.seconds
        )

    def _accepted(self) -> "Records":
        if self.embedded and not (self.folder / HIDDEN / "postgres").is_dir():
            return {}
        try:
            return self.state().accepted()
        except Drift:  # the state was not made yet, and `migrate run` says so
            return {}

    @contextmanager
    def open_run(
        self,
        mode: str | None = None,
        entities: tuple[str, ...] = (),
        notice: "Notice" = lambda line: None,
        *,
        max_vanished: Decimal | None = None,
        named: Dict[str, "Array"] | None = None,
    ) -> "Iterator[Run]":
        """A run under the lease: new, or the unfinished one of the same mappings. The block moves and finishes it.

        mode:          see `migrate.run.Mode`; None: a delta, or full where an entity was never loaded.
        notice:        called with one line when something passing is waited for.
        max_vanished:  the brake, where it shall not be the one of the settings.
        named:         entity -> keys that a redrive looks at again.
        An error within the block leaves the run to be resumed, and goes on. Raises Busy, Drift, Unreachable, and the
        Transient that is still there when the patience is at its end.
        """
        with ExitStack() as stack:
            run = self.patience.through(
                "opening a run",
                lambda: self._opened(stack, mode, entities, max_vanished, named, notice),
                notice,
            )
            try:
                yield run
            except BaseException:
                with suppress(
                    MigrateError
                ):  # the first error is the one to tell; the run stays open in any case
                    run.finish("interrupted")
                raise
            finally:
                run.close()

    def _opened(
        self,
        stack: ExitStack,
        mode: str | None,
        entities: tuple[str, ...],
        max_vanished: Decimal | None,
        named: Dict[str, "Array"] | None,
        notice: "Notice",
    ) -> "Run":
        """One try to open a run: everything that it holds is left to `stack`, or let go of where the try fails."""
        from migrate.project.drift import keep
        from migrate.run import Mode, start

        with ExitStack() as held:
            parts = held.enter_context(self.parts(entities))
            comparison = self.compared(parts)
            comparison.refuse()
            lease = held.enter_context(parts.state.lease())
            keep(parts.state, lease, comparison, notice)
            if mode is None:
                seen = parts.state.covered(parts.mappings)
                mode = Mode.DELTA if all(entity in seen for entity in parts.mappings) else Mode.FULL
            run = start(
                parts,
                lease,
                **self.batches,
                mode=mode,
                overlap=self.settings.run.overlap,
                max_vanished=self.settings.limits.max_vanished if max_vanished is None else max_vanished,
                nights=self.settings.run.deep_nights,
                named=named,
            )
            parts.state.forget_images(self.settings.limits.undo)
            stack.push(held.pop_all())
        return run

    def undo(self, number: int, *, actor: str = "", reason: str, dry_run: bool = False) -> "Undone":
        """Take a run back, under the lease; see `Target.undo`. Needs neither the source nor the mappings.

        Raises Busy, Drift, Unreachable, and Refused when it cannot be taken back.
        """
        from migrate.load import PostgresTarget
        from migrate.project.drift import Weight, refuse

        layout, state = self.layout(), self.state()
        refuse([each for each in self._platform_differences() if each.weight is not Weight.TOLD])
        target = PostgresTarget(state, layout)
        try:
            with state.lease() as lease:
                run = state.undoable(lease, number)
                return target.undo(run, actor=actor, reason=reason, dry_run=dry_run)
        finally:
            target.close()
            self.close()

    @contextmanager
    def joined_run(
        self, number: int, entities: tuple[str, ...] = (), shared: str | None = None
    ) -> "Iterator[Run]":
        """The run of that number, which another process opened and holds the lease for; `shared` is its snapshot."""
        from migrate.run import Run

        with self.parts(entities) as parts:
            run = Run(parts, parts.state.run(number), shared=shared)
            try:
                yield run
            finally:
                run.close()

    def close(self) -> None:
        """Let go of what reading the state has kept open."""
        if "_state" in self.__dict__:
            self._state.close()

    # --- inside

    @property
    def batches(self) -> dict[str, int]:
        """How big a batch may be."""
        memory = self.settings.limits.memory
        return {"batch_rows": self.settings.run.batch_rows, "batch_bytes": batch_bytes(memory)}

    def mistake(self, section: str, key: str, what: str, instead: str = "") -> InvalidInput:
        """A mistake that shows only when the settings are used, with its place."""
        line = settings_file.line_of(self.text, section, key)
        return InvalidInput(
            [Mistake(_called(self.folder / FILE), line, f"`{section}.{key}`: {what}", instead)]
        )

    def _revealed(self, section: str, kinds: tuple[str, ...]) -> Secret:
        reference: str = getattr(self.settings, section).url
        try:
            secret = resolve(reference, self.folder, self.readers)
            settings_file.check_url(secret.reveal(), kinds)
        except Unresolved as error:
            raise self.mistake(section, "url", error.what, error.instead) from None
        except settings_file.Advised as error:
            raise self.mistake(section, "url", f"what {reference} holds {error}", error.instead) from None
        return secret


def shipped_mappings() -> Path:
    """The folder of the mappings that come with the package."""
    return Path(str(files("mappings") / "gcms"))


def vocabulary() -> "Vocabulary":
    """The words of mappings: every step, rule and judge of this program."""
    from migrate.transform.vocabulary import vocabulary as words

    return words()


def writable_url(reference: str, kinds: tuple[str, ...] = LEGACY_KINDS) -> "URL":
    """The URL of a database that a command shall write to, as given on the command line.

    A password there is refused, since the list of processes shows it to everybody. Raises InvalidInput.
    """
    from sqlalchemy import make_url

    try:
        if part := part_with_secret(reference):
            raise settings_file.Advised(
                f"holds a secret ({part})", "put the URL into a variable and write env:NAME"
            )
        url = resolve(reference, Path.cwd(), {}).reveal()
        settings_file.check_url(url, kinds)
    except Unresolved as error:
        raise InvalidInput([Mistake("URL", 0, error.what, error.instead)]) from None
    except settings_file.Advised as error:
        raise InvalidInput([Mistake("URL", 0, f"it {error}", error.instead)]) from None
    return make_url(url)


def platform_codes() -> Dict[str, tuple[str, ...]]:
    """The platform's codes by code list."""
    from migrate.platform.codes import CODE_LISTS, codes

    return {name: tuple(code.code for code in codes(name)) for name in CODE_LISTS}


def _called(path: Path) -> str:
    """A path as messages show it: relative where it is below the current folder."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
