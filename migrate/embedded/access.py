"""Passage through a folder for one account more, by a POSIX access list, as in acl(5).

The layout of the attribute is that of `linux/posix_acl_xattr.h`.
"""

import os
import struct
from pathlib import Path

_NAME, _HEADER, _ENTRY = "system.posix_acl_access", struct.Struct("<I"), struct.Struct("<HHI")
_VERSION = 2
_USER_OBJ, _USER, _GROUP_OBJ, _GROUP, _MASK, _OTHER = (1 << bit for bit in range(6))
_NO_ID = 0xFFFFFFFF
_SEARCH = 1


def grant_search(folder: Path, uid: int) -> None:
    """What `setfacl -m u:UID:x` does, which is not installed everywhere; nobody else gains or loses anything.

    Raises OSError where the file system keeps no access lists.
    """
    try:
        raw = os.getxattr(folder, _NAME)
        acl = {(tag, who): bits for tag, bits, who in _ENTRY.iter_unpack(raw[_HEADER.size :])}
    except OSError:  # none yet: the mode says the same
        mode = folder.stat().st_mode
        owner, group, other = mode >> 6 & 7, mode >> 3 & 7, mode & 7
        acl = {(_USER_OBJ, _NO_ID): owner, (_GROUP_OBJ, _NO_ID): group, (_OTHER, _NO_ID): other}

    masked = (_USER, _GROUP_OBJ, _GROUP)
    limit = acl.pop((_MASK, _NO_ID), 7)
    acl = {(tag, who): bits & limit if tag in masked else bits for (tag, who), bits in acl.items()}
    acl[_USER, uid] = acl.get((_USER, uid), 0) | _SEARCH
    mask = 0
    for (tag, _), bits in acl.items():
        mask |= bits if tag in masked else 0
    acl[_MASK, _NO_ID] = mask

    packed = (_ENTRY.pack(tag, bits, who) for (tag, who), bits in sorted(acl.items()))
    os.setxattr(folder, _NAME, _HEADER.pack(_VERSION) + b"".join(packed))
