"""When things run: Prefect flows and deployments, thin over `migrate`; the only package that imports prefect.

Importing it says to Prefect, before anything else does: nothing is reported to anybody, nothing is fetched for news.
Whoever has set these variables otherwise keeps his choice, but for what would send data away.
"""

import os

NO_TELEMETRY = {"DO_NOT_TRACK": "1", "PREFECT_SERVER_ANALYTICS_ENABLED": "false"}
DEFAULTS = {
    "PREFECT_CLI_PROMPT": "false",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",  # two busy cores need some 20
    "PREFECT_SERVER_UI_ENABLED": "false",
    "PREFECT_SERVER_LOGGING_LEVEL": "ERROR",
    "PREFECT_LOGGING_LEVEL": "INFO",
}

os.environ.update(NO_TELEMETRY)
for _name, _value in DEFAULTS.items():
    os.environ.setdefault(_name, _value)
