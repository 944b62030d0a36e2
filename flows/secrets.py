"""Secrets that Prefect keeps: `prefect-block:NAME` in the settings names a block of the type Secret.

Stands here because only flows imports prefect; who opens a project passes READERS along.
"""

from collections.abc import Callable, Mapping


def secret_block(name: str) -> str:
    """The value of a Secret block. Raises LookupError, saying what is missing and never the value."""
    try:
        from prefect.blocks.system import Secret  # late: seconds, and only for who uses blocks
    except ImportError:
        raise LookupError("install the package prefect, or use env:NAME or file:PATH") from None
    try:
        value = Secret.load(name).get()  # type: ignore[union-attr]  # outside a running loop it waits by itself
    except ValueError:
        raise LookupError(f"create it: a block of the type Secret with the name {name}") from None
    except Exception:  # noqa: BLE001  # whatever the server or the network says may quote what it was sent
        raise LookupError("the Prefect server does not answer; check PREFECT_API_URL") from None
    return str(value)


READERS: Mapping[str, Callable[[str], str]] = {"prefect-block": secret_block}
