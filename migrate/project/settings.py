"""What `migrate.toml` says, checked at the door: every mistake at once, each with its line.

In: the bytes of the file. Out: Settings, all in plain units (bytes, spans of time, shares), or InvalidInput. What the
settings point at (databases, folders, secrets) is not looked at here.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from migrate.errors import InvalidInput, Mistake
from migrate.project.lines import lines_of
from migrate.project.secrets import is_reference, part_with_secret
from migrate.project.units import duration, share, size
from migrate.reading.document import decode
from migrate.reading.grammar import suggest

FILE = "migrate.toml"
UTC = "UTC"
EMBEDDED = "embedded"
STATE_SCHEMA = "migration"
MAX_BYTES, MAX_LINES = 16_384, 500

_WAY_OUT_OF_SECRETS = (
    "write `env:NAME`, `file:PATH` (mode 0600) or `prefect-block:NAME` in its place, and change that secret"
)


class Advised(ValueError):
    """A refused value, with the way out."""

    def __init__(self, what: str, instead: str) -> None:
        self.instead = instead
        super().__init__(what)


LEGACY_KINDS = (
    "mssql+pyodbc", "oracle+oracledb", "mariadb+pyodbc", "mysql+pyodbc", "postgresql+psycopg", "sqlite",
)  # fmt: skip
PLATFORM_KINDS = ("postgresql+psycopg",)


def check_url(url: str, kinds: Iterable[str]) -> None:
    """Raise ValueError with a way out unless the URL, whose secrets are not shown, is of one of the kinds."""
    kind, colon, _ = url.partition("://")
    if not colon:
        raise Advised("is no database URL", f"write {', '.join(kinds)}://...; or env:NAME, file:PATH")
    if kind not in kinds:
        shown = f"the kind {kind}" if re.fullmatch(r"[a-z0-9+_]{1,30}", kind) else "a kind of database"
        raise Advised(f"names {shown}, which is not known here", suggest(kind, kinds, "kinds"))
    if kind != "sqlite":
        _check_parts(url)


def _check_parts(url: str) -> None:
    """What SQLAlchemy would take apart at another place than meant: then a part of a password would pass as a host."""
    place = url.partition("://")[2].partition("?")[0]
    user, at, host = place.rpartition("@")
    if at and ("/" in user or "@" in user):
        raise Advised(
            "has an @ or / in its user or password", "write %40 for @ and %2F for / there, as URLs want it"
        )
    port = re.search(r":([^/:\]]*)(?:/|$)", host)
    if port and not re.fullmatch(r"\d{1,5}", port[1]):
        raise Advised("has a port that is no number", "write kind://user@host:port/database")


def _written(url: str, kinds: Iterable[str]) -> str:
    """A URL as it stands in the file: a reference, or a URL without a secret."""
    if part := part_with_secret(url):
        raise Advised(f"holds a secret ({part})", _WAY_OUT_OF_SECRETS)
    if not is_reference(url):
        check_url(url, kinds)
    return url


def _legacy_url(text: str) -> str:
    return _written(text, LEGACY_KINDS)


def _platform_url(text: str) -> str:
    return text if text == EMBEDDED else _written(text, PLATFORM_KINDS)


def _zone(name: str) -> str:
    """Siebel keeps its stamps in UTC, and the windows of a sync are in UTC: another zone would be a guess."""
    if name != UTC:
        raise Advised(
            "is not UTC, in which the stamps of the legacy database have to be",
            f"timezone = {UTC!r}; a column of local time says so in the mapping: do: [{{local_instant: {{zone: …}}}}]",
        )
    return name


def _schema(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_$#]{0,62}", name):
        raise ValueError("takes the plain name of a schema")
    return name


def _platform_schema(name: str) -> str:
    if name == STATE_SCHEMA:
        raise Advised(f"is {STATE_SCHEMA!r}, where the state of the runs is kept", "take another name")
    if name != name.lower():
        raise ValueError("takes a name in lower case")
    return _schema(name)


def _system(name: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_-]{0,29}", name):
        raise ValueError("takes a short name in lower case, such as gcms")
    return name


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def _folders(value: object) -> tuple[str, ...]:
    """One folder or several."""
    several = [value] if isinstance(value, str) else value
    if not isinstance(several, list) or not all(isinstance(each, str) and each for each in several):
        raise Advised("takes a folder or a list of folders", 'write files = "DIR", or ["DIR1", "DIR2"]')
    return tuple(several)


class Legacy(_Section):
    """The legacy database. `schema_name`: None where the connection's own is meant.

    files:  the trees of its Siebel File System; () where they cannot be reached from here.
    """

    url: Annotated[str, AfterValidator(_legacy_url)]
    schema_name: Annotated[str, AfterValidator(_schema)] | None = Field(None, alias="schema")
    system: Annotated[str, AfterValidator(_system)] = "gcms"
    timezone: Annotated[str, AfterValidator(_zone)] = UTC
    files: Annotated[tuple[str, ...], BeforeValidator(_folders)] = ()


class Platform(_Section):
    """The platform's database; the state lives beside it in the schema `migration`."""

    url: Annotated[str, AfterValidator(_platform_url)] = EMBEDDED
    schema_name: Annotated[str, AfterValidator(_platform_schema)] = Field("case_platform", alias="schema")


class MappingFiles(_Section):
    """Where the mapping files are; None: those shipped with the package."""

    path: str | None = None


class Running(_Section):
    """How a run works."""

    workers: int = Field(1, ge=1, le=64)  # one process, with its three threads, fills two cores
    batch_rows: int = Field(50_000, ge=1, le=1_000_000)
    deep_nights: int = Field(7, ge=1, le=366)  # in so many deep runs everything is read once
    overlap: Annotated[timedelta, BeforeValidator(duration)] = timedelta(minutes=30)
    patience: Annotated[timedelta, BeforeValidator(duration)] = timedelta(seconds=30)


class Limits(_Section):
    """Brakes: memory of a worker in bytes, and the share of an entity that may vanish in one run.

    undo:  how long a run can be taken back: so long what it overwrote is kept, which is personal data.
    """

    memory: Annotated[int, BeforeValidator(size)] = 512 << 20
    max_vanished: Annotated[Decimal, BeforeValidator(share)] = Decimal("0.01")
    undo: Annotated[timedelta, BeforeValidator(duration)] = timedelta(days=30)


class Settings(_Section):
    """All of `migrate.toml`."""

    legacy: Legacy
    platform: Platform = Platform()
    mappings: MappingFiles = MappingFiles()
    run: Running = Running()
    limits: Limits = Limits()


def read(data: bytes, file: str) -> Settings:
    """The settings in a file's bytes. `file` is how messages call it. Raises InvalidInput with every mistake."""
    text, mistakes = decode(data, file)
    if text is None:
        raise InvalidInput(mistakes)
    if len(data) > MAX_BYTES or text.count("\n") > MAX_LINES:
        raise InvalidInput(
            [Mistake(file, 0, "the file is too long for settings", f"keep it under {MAX_LINES} lines")]
        )
    try:
        return Settings.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput([_form(error, text, file)]) from None
    except ValidationError as error:
        raise InvalidInput(_mistakes(error, text, file)) from None


def line_of(data: bytes, *path: str) -> int:
    """The line on which a key stands; that of its section, or 0, where it is not written."""
    lines = lines_of(data.decode("utf-8-sig"))
    return lines.get(path, lines.get(path[:1], 0))


def _form(error: tomllib.TOMLDecodeError, text: str, file: str) -> Mistake:
    """The parser's complaint; without what the file holds, which may be a secret."""
    what, _, place = str(error).rpartition(" (at ")
    found = re.match(r"line (\d+)", place)
    line = int(found[1]) if found else text.count("\n") + (not text.endswith("\n"))
    said = re.sub(r":.*", "", what).lower()
    return Mistake(file, line, f"not TOML: {said}", 'write `key = "value"`; texts need quotes')


def _mistakes(error: ValidationError, text: str, file: str) -> Iterator[Mistake]:
    lines = lines_of(text)
    for detail in error.errors(include_url=False, include_input=False):
        path = tuple(str(part) for part in detail["loc"])
        line = next((lines[path[:end]] for end in range(len(path), 0, -1) if path[:end] in lines), 0)
        yield Mistake(file, line, *_in_words(path, detail["type"], detail.get("ctx", {}), detail["msg"]))


def _in_words(path: tuple[str, ...], kind: str, context: dict[str, Any], message: str) -> tuple[str, str]:
    """One complaint of pydantic in our words: what, and what to write instead."""
    name, known = ".".join(path), _known(path[:-1])
    match kind:
        case "extra_forbidden":
            what = "section" if len(path) == 1 else "key"
            return f"unknown {what} `{name}`", suggest(
                path[-1], known, f"{what}s"
            ) or f"known are {', '.join(known)}"
        case "missing":
            example = ': [legacy] with url = "env:GCMS_URL"' if path[0] == "legacy" else ""
            return f"`{name}` is missing", f"add it{example}"
        case "value_error":
            cause = context["error"]
            return f"`{name}` {cause}", getattr(cause, "instead", "")
        case "greater_than_equal" | "less_than_equal":
            limit = context.get("ge", context.get("le"))
            return f"`{name}` is too {'small' if 'ge' in context else 'great'}", f"the limit is {limit:,}"
        case "model_type" | "model_attributes_type":
            return f"`{name}` takes a section", f"write [{name}] and its keys below"
        case "string_type":
            return f"`{name}` takes a text", f'write {path[-1]} = "..."'
        case "int_type":
            return f"`{name}` takes a whole number", f"write {path[-1]} = 2, without quotes"
    return f"`{name}`: {message}", ""


def _known(path: tuple[str, ...]) -> list[str]:
    """The keys that may stand at a place."""
    model: type[BaseModel] = Settings
    for part in path:
        inner = next((f.annotation for n, f in model.model_fields.items() if part in (n, f.alias)), None)
        if not (isinstance(inner, type) and issubclass(inner, BaseModel)):
            return []
        model = inner
    return [field.alias or name for name, field in model.model_fields.items()]
