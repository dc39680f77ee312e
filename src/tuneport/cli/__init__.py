"""The terminal: one file per command, over the wire."""

from tuneport.cli.app import build_app, main

__all__ = ["build_app", "main"]
