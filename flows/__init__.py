"""When things run: Prefect flows and deployments, thin over `migrate`; the only package that imports prefect.

Importing it says to Prefect, before anything else does, that nothing is reported to anybody, and masks passwords in the
log lines of flows. `private` keeps a flow on this machine alone; `hush` keeps Prefect's own log lines off the terminal;
`Warming` starts its temporary server early.
"""

import logging
import os
import sys
import threading
from contextlib import suppress
from pathlib import Path

from migrate.errors import masked

NO_TELEMETRY = {"DO_NOT_TRACK": "1", "PREFECT_SERVER_ANALYTICS_ENABLED": "false"}
DEFAULTS = {
    "PREFECT_CLI_PROMPT": "false",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",  # two busy cores need some 20
    "PREFECT_SERVER_UI_ENABLED": "false",
}
"""Ours, unless somebody has set them otherwise."""

os.environ.update(NO_TELEMETRY)
for _name, _value in DEFAULTS.items():
    os.environ.setdefault(_name, _value)


class _Masked(logging.Filter):
    """No line of a flow or task shows a password; Prefect itself logs the server's address, with what is in it."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, masked."""
        record.msg, record.args = masked(record.getMessage()), ()
        return True


for _name in ("prefect.flow_runs", "prefect.task_runs"):
    logging.getLogger(_name).addFilter(_Masked())


def private(home: Path) -> None:
    """Before the first flow: run on Prefect's temporary server with its files in `home`, whatever is configured."""
    assert "prefect" not in sys.modules, "Prefect reads its settings when it is imported"
    for name in [name for name in os.environ if name.startswith(("PREFECT_API_", "PREFECT_PROFILE"))]:
        del os.environ[name]
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.environ["PREFECT_HOME"] = str(home)
    os.environ["PREFECT_SERVER_ALLOW_EPHEMERAL_MODE"] = "true"


def hush() -> None:
    """Only errors of Prefect on the terminal; its server still gets every line."""
    from prefect.logging.configuration import setup_logging

    setup_logging()
    for handler in (*logging.getLogger().handlers, *logging.getLogger("prefect").handlers):
        if type(handler).__name__ == "PrefectConsoleHandler":
            handler.setLevel(logging.ERROR)


class Warming:
    """Prefect's temporary server, starting while others work; `wait` before the first flow."""

    def __init__(self) -> None:
        self._thread = threading.Thread(target=self._start, name="prefect server", daemon=True)
        self._thread.start()

    def wait(self) -> None:
        """Until it answers; if it could not be started, the flow will try again and say why."""
        self._thread.join()

    @staticmethod
    def _start() -> None:
        from prefect.server.api.server import SubprocessASGIServer

        hush()
        with suppress(Exception):
            SubprocessASGIServer().start()  # the one of this process, which a flow finds running
