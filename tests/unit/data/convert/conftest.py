"""Conversions of small files."""

import json

import pytest

from tuneport.data import ConvertOptions, convert_file


@pytest.fixture
def convert(write):
    """Convert bytes, text or rows; gives the report and the new rows."""

    def convert(content, **options):
        written = []
        report = convert_file(write(content), written.append, ConvertOptions(**options))
        return report, [json.loads(line) for line in b"".join(written).splitlines()]

    return convert


def chat(question, answer, system=None):
    start = [{"role": "system", "content": system}] if system else []
    return {"messages": [*start, {"role": "user", "content": question}, {"role": "assistant", "content": answer}]}


@pytest.fixture(name="chat")
def _chat():
    """Give a row of a question and its answer."""
    return chat
