"""Templates → one HTML file. What is not written in a template is escaped, and has no control characters."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tuneport import __version__
from tuneport.cli.token_text import without_control
from tuneport.core import write_atomic

_TEMPLATES = Path(__file__).with_name("templates")


def write_page(path: Path, template: str, **values: Any) -> None:
    """Write the page to `path`, replacing what is there. Raises `StorageFull`."""
    text = _environment().get_template(template).render(version=__version__, **values)
    write_atomic(path, text.encode())


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_without_control,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _without_control(value: Any) -> Any:
    is_text = isinstance(value, str) and not hasattr(value, "__html__")
    return without_control(value) if is_text else value
