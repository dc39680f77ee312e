"""Looks for bytes that break a work of the data desk, led by which of its code they reach (atheris, libFuzzer).

`python tests/fuzz/fuzz_data.py check|convert|fix [--seconds 60] [--folder .fuzz]`. What it finds lies in the folder,
and `--replay FILE` runs it again.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).parents[1]))

with atheris.instrument_imports(include=["tuneport.data"], enable_loader_override=False):
    from judged_file import METHODS, assert_file_is_judged
    from made_files import SOURCES, assert_file_is_converted, assert_file_is_repaired
from fuzz.seed_files import WORDS_OF_FILES, seed_files

MOST_BYTES = 4096
MOST_MEGABYTES = 3000
LONGEST_SECONDS = 30


def check(path: Path, choice: int) -> None:
    assert_file_is_judged(path, METHODS[choice % len(METHODS)])


def convert(path: Path, choice: int) -> None:
    assert_file_is_converted(path, SOURCES[choice % len(SOURCES)])


def fix(path: Path, choice: int) -> None:
    assert_file_is_repaired(path)


TARGETS: dict[str, Callable[[Path, int], None]] = {"check": check, "convert": convert, "fix": fix}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--folder", type=Path, default=Path(".fuzz"))
    parser.add_argument("--replay", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        run = one_input(TARGETS[given.target], Path(folder) / "rows.jsonl")
        if given.replay:
            run(given.replay.read_bytes())
            return
        atheris.Setup([sys.argv[0], *libfuzzer_options(given.target, given.seconds, given.folder)], run)
        atheris.Fuzz()


def one_input(target: Callable[[Path, int], None], path: Path) -> Callable[[bytes], None]:
    """The first byte chooses a method or a kind of file, the others are the file."""

    def run(content: bytes) -> None:
        path.write_bytes(content[1:])
        target(path, content[0] if content else 0)

    return run


def libfuzzer_options(target: str, seconds: int, folder: Path) -> list[str]:
    """Write what the search begins with, and give what libFuzzer is called with."""
    corpus = folder / target
    corpus.mkdir(parents=True, exist_ok=True)
    for number, content in enumerate(seed_files()):
        (corpus / f"seed_{number}").write_bytes(bytes([number % 256]) + content)
    words = folder / "words.txt"
    words.write_text("".join(f'"{escaped(word)}"\n' for word in WORDS_OF_FILES), encoding="ascii")
    return [
        str(corpus),
        f"-dict={words}",
        f"-max_total_time={seconds}",
        f"-max_len={MOST_BYTES}",
        f"-rss_limit_mb={MOST_MEGABYTES}",
        f"-timeout={LONGEST_SECONDS}",
        f"-artifact_prefix={folder}/{target}-",
    ]


def escaped(word: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in word)


if __name__ == "__main__":
    main()
