"""Tuneport: the fine-tuning service that you own."""

__version__ = "0.1.0"
