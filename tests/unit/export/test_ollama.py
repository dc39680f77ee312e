"""Ollama's Modelfile: the template found, proved, and written in its language; stops and settings."""

from __future__ import annotations

import json
import re

import pytest

from tiny_exports import order_of
from tuneport.core import InvalidRequest
from tuneport.data import Message
from tuneport.export.modelfile import write_modelfile
from tuneport.export.ollama_template import find_ollama_template
from tuneport.tokens import Renderer

CHATML = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
CONVERSATION = (
    Message("system", 'Say "so".'),
    Message("user", "One"),
    Message("assistant", "Two\n"),
    Message("user", "{{ Three }}"),
)
_PART = re.compile(r'{{-? (?:"((?:[^"\\]|\\.)*)"|\.(Content)|(if|else if|range|end)\b[^}]*?) ?}}')


def renderer_with(base_folder, template, folder):
    for name in ("config.json", "generation_config.json", "tokenizer.json"):
        (folder / name).write_bytes((base_folder / name).read_bytes())
    (folder / "chat_template.jinja").write_text(template)
    return Renderer.from_folder(folder)


def text_of(template, messages):
    """Run the template as Go would: it has text in quotes, a loop, and a choice by role, and nothing else."""
    lines = template.text().split("\n")
    start, (by_role, final) = lines[0], (lines[2:5], lines[-1])
    texts = dict(zip(("system", "user", "assistant"), by_role, strict=True))
    parts = [] if messages[0].role == "system" else [quoted_text(start, "")]
    parts += [quoted_text(texts[message.role], message.content) for message in messages]
    return "".join([*parts, quoted_text(final, "")])


def quoted_text(line, content):
    found = _PART.findall(line)
    assert "".join(match.group(0) for match in _PART.finditer(line)) == line, "the line has a part that is not known"
    return "".join(content if is_content else json.loads(f'"{text}"') for text, is_content, _ in found)


def test_the_template_of_our_models_gives_in_ollama_what_their_own_gives(base_folder):
    renderer = Renderer.from_folder(base_folder)

    template = find_ollama_template(renderer)

    for messages in (CONVERSATION, CONVERSATION[1:], CONVERSATION[1:2]):
        assert text_of(template, messages) == renderer.prompt_text(messages, ())


def test_plain_chatml_is_found_too(base_folder, tmp_path):
    renderer = renderer_with(base_folder, CHATML, tmp_path)

    template = find_ollama_template(renderer)

    assert text_of(template, CONVERSATION) == renderer.prompt_text(CONVERSATION, ())
    assert template.without_system == ""


@pytest.mark.parametrize("messages", [CONVERSATION, CONVERSATION[1:]])
def test_the_token_that_ollama_puts_first_is_not_in_its_template_too(like_llama_3, messages):
    renderer = like_llama_3("<|eot|>")
    start = renderer.token_of(renderer.text_start_id)

    template = find_ollama_template(renderer)

    assert start + text_of(template, messages) == renderer.prompt_text(messages, ())
    assert start not in template.text()


@pytest.mark.parametrize(
    "odd",
    [
        CHATML.replace("<|im_end|>", "{% if loop.index == 3 %} #{% endif %}<|im_end|>"),
        "{% if messages[0].role == 'system' %}{{ raise_exception('no system') }}{% endif %}" + CHATML,
    ],
    ids=["counts turns", "refuses system messages"],
)
def test_a_template_that_ollama_cannot_tell_is_refused(base_folder, tmp_path, odd):
    renderer = renderer_with(base_folder, odd, tmp_path)

    with pytest.raises(InvalidRequest, match="more around a message than Ollama's templates can tell") as caught:
        find_ollama_template(renderer)

    assert caught.value.code == "no_ollama_template"


def test_the_modelfile_names_file_template_stops_and_how_to_sample(run_of, folder):
    write_modelfile(order_of(run_of("lora"), "ollama"), folder, "model.gguf")

    lines = (folder / "Modelfile").read_text().splitlines()
    assert "FROM ./model.gguf" in lines
    assert 'PARAMETER stop "<|im_end|>"' in lines
    assert "PARAMETER repeat_penalty 1" in lines
    assert "PARAMETER num_ctx 512" in lines
    assert 'TEMPLATE """{{- if ne' in (folder / "Modelfile").read_text()
