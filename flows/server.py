"""The Prefect server that PREFECT_API_URL or the profile names: where it is, and that it cannot be reached.

The one place where errors of Prefect's client become Unreachable.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from prefect.exceptions import PrefectHTTPStatusError
from prefect.settings import get_current_settings

from migrate.errors import Unreachable, masked

_NAME_ONE = "export PREFECT_API_URL=http://HOST:4200/api"


def named() -> str:
    """The server's address, without secrets. Raises Unreachable where none is named."""
    address = get_current_settings().api.url
    if not address:
        raise Unreachable(
            "no Prefect server is named",
            remedy=f"name it: {_NAME_ONE}; or use no Prefect: let cron call `migrate run`",
        )
    return masked(address)


@contextmanager
def reached() -> Iterator[None]:
    """Within, whatever keeps Prefect's client from its server becomes one message. Our own errors pass."""
    address = get_current_settings().api.url
    server = f"the Prefect server at {masked(address)}" if address else "Prefect's temporary server"
    try:
        yield
    except PrefectHTTPStatusError as error:
        code = error.response.status_code
        rights = code in (401, 403)
        raise Unreachable(
            f"{server} answers with {code}",
            why="it does not know who asks, or what for" if rights else "",
            remedy="set PREFECT_API_AUTH_STRING or PREFECT_API_KEY" if rights else "look into its log",
        ) from None
    except (httpx.HTTPError, RuntimeError, OSError):
        raise Unreachable(
            f"{server} cannot be reached",
            remedy=f"start it: prefect server start; or name another: {_NAME_ONE}; `migrate run` needs none",
        ) from None
