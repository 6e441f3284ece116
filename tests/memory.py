"""Where the servers of the tests keep their files: in memory, on a machine that has room there.

A database of a test's own is nine hundred new files, and ext4 looks at all that were deleted lately
before it makes one: among hundreds of such databases each takes five times as long as the first.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import gettempdir

MEMORY = Path("/dev/shm")  # noqa: S108
ENOUGH = 4 << 30  # bytes; containers often have 64 MB


def quick_folder() -> Path:
    """Memory if it has room, else the folder for temporary files."""
    if MEMORY.exists() and shutil.disk_usage(MEMORY).free > ENOUGH:
        return MEMORY
    return Path(gettempdir())
