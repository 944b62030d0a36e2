"""A line between the tool and a server that a test can spoil: slow, frozen, cut, refused.

    with Proxy(upstream) as line:           upstream: path of the server's unix socket, or (host, port)
        url = line.postgres(url, ...)       the same database through the line
        line.delay(2, words=3)              the next few things that the server says arrive so many seconds late
        line.freeze()                       connections stay, and nobody says a word any more; new ones too
        line.cut()                          all connections end; new ones pass
        line.refuse()                       all connections end, and nobody listens
        line.through()                      everything passes again; what was frozen goes on

Listens on the loopback address alone. `accepted` counts connections: who tries a password twice is seen here.
"""

import socket
import ssl
import threading
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import make_url

_BLOCK = 1 << 16


class Proxy:
    """See the module."""

    def __init__(self, upstream: Path | tuple[str, int]) -> None:
        self.upstream, self.accepted, self.seconds, self.words = upstream, 0, 0.0, 0
        self._open = threading.Event()
        self._open.set()
        self._pairs: set[tuple[socket.socket, socket.socket]] = set()
        self._listener = self._listen(0)
        self.port: int = self._listener.getsockname()[1]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.refuse()
        self._open.set()  # who stands still ends

    def postgres(self, url: str, user: str, password: str) -> str:
        """A PostgreSQL URL, through the line."""
        there = make_url(url).set(
            host="127.0.0.1", port=self.port, query={}, username=user, password=password
        )
        return there.render_as_string(hide_password=False)

    # --- verbs

    def through(self) -> None:
        """Everything passes, at once."""
        self.words = 0
        self._open.set()
        if self._listener.fileno() < 0:
            self._listener = self._listen(self.port)

    def delay(self, seconds: float, *, words: int) -> None:
        """The next so many words of the server come late."""
        self.seconds, self.words = seconds, words

    def freeze(self) -> None:
        """Connections stay and nothing passes, in either direction."""
        self._open.clear()

    def cut(self) -> None:
        """End every connection; new ones pass."""
        for pair in list(self._pairs):
            for end in pair:
                _end(end)

    def refuse(self) -> None:
        """End every connection and listen no more."""
        _end(self._listener)
        self._listener.close()
        self.cut()

    # --- inside

    def _listen(self, port: int) -> socket.socket:
        listener = socket.create_server(("127.0.0.1", port), backlog=64)
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()
        return listener

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                here, _ = listener.accept()
                self.accepted += 1
                threading.Thread(target=self._join, args=(here,), daemon=True).start()

    def _join(self, here: socket.socket) -> None:
        self._open.wait()
        try:
            there = self._connect()
        except OSError:  # the server is away, as whoever connects shall see
            here.close()
            return
        pair = (here, there)
        self._pairs.add(pair)
        threads = [
            threading.Thread(target=self._pump, args=(here, there, False), daemon=True),
            threading.Thread(target=self._pump, args=(there, here, True), daemon=True),
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self._pairs.discard(pair)
        for end in pair:
            end.close()

    def _connect(self) -> socket.socket:
        if not isinstance(self.upstream, Path):
            return socket.create_connection(self.upstream, timeout=10)
        there = socket.socket(socket.AF_UNIX)
        try:
            there.connect(str(self.upstream))
        except OSError:
            there.close()
            raise
        return there

    def _pump(self, source: socket.socket, sink: socket.socket, answers: bool) -> None:
        with suppress(OSError):
            while block := source.recv(_BLOCK):
                if answers and self.words > 0:
                    self.words -= 1
                    time.sleep(self.seconds)
                self._open.wait()
                sink.sendall(block)
        for end in (source, sink):
            _end(end)


def _end(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)


class Impostor:
    """Listens like a PostgreSQL that encrypts, with a certificate; `with` gives its port. Nothing lies behind it."""

    def __init__(self, certificate: Path, key: Path) -> None:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate, key)
        self._listener = socket.create_server(("127.0.0.1", 0))

    def __enter__(self) -> int:
        threading.Thread(target=self._serve, daemon=True).start()
        return int(self._listener.getsockname()[1])

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _end(self._listener)
        self._listener.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                here, _ = self._listener.accept()
                with here, suppress(OSError):  # an SSLError is one
                    here.recv(8)  # "may I encrypt?"
                    here.sendall(b"S")
                    self._context.wrap_socket(here, server_side=True).close()
