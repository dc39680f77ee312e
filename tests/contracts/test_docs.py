"""Pages that are written from the source, and facts that stand in two places."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import tuneport

REPOSITORY = Path(__file__).parents[2]
GENERATORS = sorted((REPOSITORY / "docs").glob("write_*.py"))


@pytest.mark.parametrize("generator", GENERATORS, ids=lambda path: path.stem)
def test_a_generated_page_fits_the_source(generator):
    done = subprocess.run([sys.executable, generator, "--check"], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "code",
    ["host_not_allowed", "unknown_url", "insufficient_memory", "upload_expired", "training_crashed", "server_stopped"],
)
def test_codes_that_are_put_together_or_recorded_are_in_the_page_of_errors(code):
    assert f"| `{code}` |" in (REPOSITORY / "docs" / "errors.md").read_text(encoding="utf-8")


def test_the_change_log_begins_with_the_packages_version():
    versions = re.findall(
        r"^## \[(\d[^\]]*)\]", (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    project = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")

    assert versions[0] == tuneport.__version__
    assert f'version = "{tuneport.__version__}"' in project


def test_every_link_to_a_file_in_the_docs_leads_somewhere():
    pages = [*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").rglob("*.md"), *(REPOSITORY / "examples").rglob("*.md")]

    broken = [
        f"{page.relative_to(REPOSITORY)}: {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]

    assert broken == []


def test_every_make_target_that_the_pages_name_exists():
    targets = set(re.findall(r"^([a-z-]+):", (REPOSITORY / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    pages = [*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").rglob("*.md")]

    named = {name for page in pages for name in re.findall(r"`make ([a-z-]+)", page.read_text(encoding="utf-8"))}

    assert {"setup", "quickstart", "test", "check", "bench"} <= named
    assert named - targets == set()
