"""Secrets by reference: what stands in the settings is where a secret is, never the secret.

    env:NAME             an environment variable (this module is the only reader of the environment)
    file:PATH            a file that nobody but its owner may read; relative to the project folder
    prefect-block:NAME   a Prefect Secret block; who starts the program brings the reader (see `Readers`)

Anything else is taken as it stands, so a URL that needs no secret (`sqlite:///legacy.db`, a peer login) may be written
down. One with a secret in it is refused by `part_with_secret`, also where a program's arguments are read: the list of
processes shows those to everybody.
"""

import os
import re
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, unquote_plus

Readers = Mapping[str, Callable[[str], str]]
"""Further readers by the word before the colon; each takes the name and returns the secret or raises LookupError."""

_USERINFO = re.compile(r"[a-zA-Z][\w+.-]*://[^/@]*:[^@]+@")
_SECRET_NAME = re.compile(r"pass(word|wd|phrase)?|pwd|secret|token|key", re.IGNORECASE)
_HARMLESS = frozenset({"sslkey", "sslrootcert", "sslcert", "keepalives", "keepalives_idle"})
_ODBC_SECRET = re.compile(r"(?:^|;)\s*(pwd|password)\s*=\s*[^;\s]", re.IGNORECASE)


class Unresolved(Exception):
    """A reference that leads nowhere: what is wrong and what to do. Holds no secret."""

    def __init__(self, what: str, instead: str) -> None:
        self.what, self.instead = what, instead
        super().__init__(what)


@dataclass(frozen=True, slots=True)
class Secret:
    """A value that does not show itself in messages, tracebacks and debuggers."""

    _value: str

    def reveal(self) -> str:
        """The value itself, for the library that needs it."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__


def resolve(reference: str, folder: Path, readers: Readers) -> Secret:
    """The value behind a reference. Raises Unresolved."""
    kind, colon, name = reference.partition(":")
    if colon and kind == "env":
        return Secret(_from_environment(name))
    if colon and kind == "file":
        return Secret(_from_file(folder / Path(name).expanduser()))
    if colon and kind in KINDS:
        if kind not in readers:
            raise Unresolved(f"{kind}:{name} cannot be read here", "use env:NAME or file:PATH")
        try:
            return Secret(readers[kind](name))
        except LookupError as error:
            raise Unresolved(
                f"{kind}:{name} cannot be read", str(error.args[0] if error.args else "")
            ) from None
    return Secret(reference)


KINDS = ("env", "file", "prefect-block")


def is_reference(text: str) -> bool:
    """Whether the text says where a secret is, and is no URL itself."""
    return text.partition(":")[0] in KINDS


def part_with_secret(url: str) -> str | None:
    """The part of a URL that holds a secret: 'user:password@' or the name of an option; None without one.

    >>> part_with_secret("postgresql+psycopg://me@host/db?sslpassword=x")
    '?sslpassword'
    """
    if is_reference(url) or url.startswith("sqlite"):
        return None
    if _USERINFO.match(url):
        return "user:password@"
    for name, value in parse_qsl(url.partition("?")[2], keep_blank_values=False):
        if name.lower() not in _HARMLESS and _SECRET_NAME.search(name):
            return f"?{name}"
        if _ODBC_SECRET.search(unquote_plus(value)):
            return f"?{name}=...PWD"
    return None


def _from_environment(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z_]\w*", name):
        raise Unresolved(
            "env: is not followed by the name of a variable", "write env:NAME, such as env:GCMS_URL"
        )
    value = os.environ.get(name)
    if not value:
        raise Unresolved(f"environment variable {name} is not set", f"set it: export {name}=...")
    return value


def _from_file(path: Path) -> str:
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            raise Unresolved(f"{path} is no file", "name a file that holds the URL in one line")
        if mode & 0o077:
            raise Unresolved(
                f"{path} may be read by others (mode {stat.S_IMODE(mode):04o})", f"run: chmod 0600 {path}"
            )
        value = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise Unresolved(
            f"{path} cannot be read: {why}", "write the URL into it, in one line, mode 0600"
        ) from None
    if not value or "\n" in value:
        raise Unresolved(f"{path} does not hold one line", "write the URL into it, in one line")
    return value
