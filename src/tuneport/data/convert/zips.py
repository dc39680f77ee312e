"""Zip files of a person: what tells that one is broken."""

from __future__ import annotations

import lzma
import zipfile
import zlib

BROKEN_ZIP = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, RuntimeError, UnicodeDecodeError)
"""What Python's reader raises: bzip2's errors are `OSError`, those of passwords and unknown packing `RuntimeError`."""
