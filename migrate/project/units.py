"""Units as people write them in settings: "512MiB", "30m", "1%". Every parser is pure and raises ValueError.

The message says the form that is expected and never repeats what was written: it may stand beside a secret.
"""

import re
from datetime import timedelta
from decimal import Decimal

_SIZES = {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "KIB": 1 << 10, "MIB": 1 << 20, "GIB": 1 << 30}
_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


def size(text: object) -> int:
    """Bytes: a whole number with KiB, MiB, GiB or KB, MB, GB.

    >>> size("512MiB")
    536870912
    """
    if isinstance(text, str) and (found := re.fullmatch(r"(\d{1,12}) ?([kKmMgG]i?B|B)", text.strip())):
        return int(found[1]) * _SIZES[found[2].upper()]
    raise ValueError('takes a size in quotes, such as "512MiB"')


def duration(text: object) -> timedelta:
    """A span of time: a whole number with s, m, h or d.

    >>> duration("30m")
    datetime.timedelta(seconds=1800)
    """
    if isinstance(text, str) and (found := re.fullmatch(r"(\d{1,6}) ?([smhd])", text.strip())):
        return timedelta(seconds=int(found[1]) * _SECONDS[found[2]])
    raise ValueError('takes a span of time in quotes, such as "30m" (s, m, h or d)')


def share(text: object) -> Decimal:
    """A share of a whole, from 0 to 1, written in per cent.

    >>> share("1%")
    Decimal('0.01')
    """
    if isinstance(text, str) and (found := re.fullmatch(r"(\d{1,3}(?:\.\d{1,6})?) ?%", text.strip())):
        value = Decimal(found[1]) / 100
        if value <= 1:
            return value
    raise ValueError('takes a share in quotes, from "0%" to "100%"')
