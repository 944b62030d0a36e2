"""When things run: Prefect flows and deployments, thin over `migrate`; the only package that imports prefect.

Importing it says to Prefect, before anything else does, that nothing is reported to anybody. `private` keeps a flow on
this machine alone; `hush` keeps Prefect's own log lines off the terminal.
"""

import logging
import os
import sys
from pathlib import Path

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
    import prefect.main  # noqa: F401  # sets up the loggers

    for handler in logging.getLogger("prefect").handlers:
        handler.setLevel(logging.ERROR)
