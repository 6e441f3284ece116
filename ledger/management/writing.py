"""Files that commands write: whole or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

from django.core.management.base import CommandError

STREAMS = {"/dev", "/dev/fd", "/proc/self/fd"}


def goes_straight(file: Path) -> bool:
    """Whether nothing can take this file's place: a pipe, a device, what the shell put behind one.

    A folder is refused on opening.
    """
    return str(file.absolute().parent) in STREAMS or (file.exists() and not file.is_file())


@contextmanager
def whole(file: Path) -> Iterator[Path]:
    """A file to write beside this one, which takes its name when it is whole.

    A journal that breaks off would pass its own checks: the closing balances stand at its end. Each
    has a name of its own, so that two who write to one place do not write in one file. Raises
    CommandError when the disk refuses.
    """
    try:
        if goes_straight(file):
            yield file
            return
        target = file.resolve()  # a link goes on pointing there
        unfinished = target.with_name(f"unfinished-{token_hex(4)}-{file.name}")
        try:
            yield unfinished
            unfinished.replace(target)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        raise CommandError(f"{file} cannot be written: {error.strerror}") from None
