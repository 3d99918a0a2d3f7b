"""Carries one file of PostgreSQL's own log into the archive, or out of it again.

PostgreSQL runs it by path, without site packages (20 ms): `archive.py put PATH FOLDER` for each segment it has filled,
`archive.py get NAME TARGET FOLDER...` for each that a recovery asks for. Files are gzipped: a segment that was closed
before it was full is zeros for the most part.
"""

import gzip
import os
import sys
import zlib
from contextlib import suppress
from pathlib import Path

SEGMENT_BYTES = 16 * 1024 * 1024
NOT_THERE = 1
# Above 125 PostgreSQL gives up its recovery; with less it would take the end of what it got for the end of all.
TORN = 126


def put(source: Path, folder: Path) -> int:
    """Whole and on the disk, or not at all, and never over another: PostgreSQL keeps what we refuse.

    Before the first backup there is no folder, and nothing that the file could be replayed upon.
    """
    if not folder.is_dir():
        return 0
    target, draft = folder / f"{source.name}.gz", folder / f"{source.name}.new"
    content = source.read_bytes()
    if target.exists():
        # It was archived, and PostgreSQL died before it had noted so.
        with suppress(OSError, EOFError, zlib.error):
            if gzip.decompress(target.read_bytes()) == content:
                return 0
        return complain(f"{target} is there already, with other content", NOT_THERE)
    with draft.open("wb") as file:
        file.write(gzip.compress(content, compresslevel=1, mtime=0))
        file.flush()
        os.fsync(file.fileno())
    draft.rename(target)
    handle = os.open(folder, os.O_RDONLY)
    os.fsync(handle)
    os.close(handle)
    return 0


def get(name: str, target: Path, archive: Path, *others: Path) -> int:
    """From the archive; what had not come there yet, from the folder where the old server kept it."""
    packed = archive / f"{name}.gz"
    if packed.exists():
        try:
            content = gzip.decompress(packed.read_bytes())
        except (OSError, EOFError, zlib.error):
            return complain(f"torn: {packed}", TORN)
        return write(name, content, packed, target)
    for folder in others:
        if (folder / name).is_file():
            return write(name, (folder / name).read_bytes(), folder / name, target)
    return NOT_THERE


def write(name: str, content: bytes, source: Path, target: Path) -> int:
    if len(name) == 24 and len(content) != SEGMENT_BYTES:
        return complain(f"torn: {source}", TORN)
    target.write_bytes(content)
    return 0


def complain(sentence: str, code: int) -> int:
    print(sentence, file=sys.stderr)
    return code


if __name__ == "__main__":
    act, *words = sys.argv[1:]
    sys.exit(put(Path(words[0]), Path(words[1])) if act == "put" else get(words[0], *map(Path, words[1:])))
