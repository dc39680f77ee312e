import json

import httpx
import openai
import pytest

from server_process import ServerProcess

QUESTION = [{"role": "system", "content": "Count."}, {"role": "user", "content": "What comes after 3?"}]
TOOL = {"type": "function", "function": {"name": "set_light", "parameters": {"type": "object"}}}
SHORT = {"model": "tiny", "messages": QUESTION, "max_tokens": 4, "temperature": 0}


def keep(client: openai.OpenAI, **fields):
    return client.chat.completions.create(**SHORT, store=True, **fields)


def test_a_stored_completion_can_be_retrieved_with_what_was_asked(real_client: openai.OpenAI):
    answer = keep(real_client, metadata={"test": "retrieved"}, tools=[TOOL], seed=5)

    stored = real_client.chat.completions.retrieve(answer.id)

    assert stored.choices == answer.choices
    assert (stored.created, stored.usage, stored.metadata) == (answer.created, answer.usage, {"test": "retrieved"})
    assert stored.model_extra["tools"] == [TOOL]
    assert (stored.model_extra["seed"], stored.model_extra["temperature"]) == (5, 0)


def test_a_completion_is_not_stored_unless_asked_for(real_client: openai.OpenAI):
    answer = real_client.chat.completions.create(**SHORT)

    with pytest.raises(openai.NotFoundError, match=answer.id):
        real_client.chat.completions.retrieve(answer.id)


def test_a_streamed_completion_is_stored_too(real_client: openai.OpenAI):
    chunks = list(keep(real_client, stream=True))

    stored = real_client.chat.completions.retrieve(chunks[0].id)

    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert stored.choices[0].message.content == text


def test_the_list_is_filtered_paged_and_ordered(real_client: openai.OpenAI):
    made = [keep(real_client, metadata={"test": "listed", "round": str(n)}).id for n in range(3)]
    wanted = {"metadata": {"test": "listed"}, "model": "tiny"}

    oldest_first = [each.id for each in real_client.chat.completions.list(**wanted, limit=2)]
    newest_first = [each.id for each in real_client.chat.completions.list(**wanted, order="desc")]
    one = [each.id for each in real_client.chat.completions.list(metadata={"test": "listed", "round": "1"})]

    assert (oldest_first, newest_first, one) == (made, made[::-1], [made[1]])


def test_an_empty_list_has_empty_ends(real_server: ServerProcess):
    answer = httpx.get(f"{real_server.url}/v1/chat/completions", params={"model": "none"})

    assert answer.json() == {"object": "list", "data": [], "first_id": "", "last_id": "", "has_more": False}


def test_messages_are_those_that_were_sent(real_server: ServerProcess, real_client: openai.OpenAI):
    answer = keep(real_client)

    # The client's own type allows assistants only, unlike OpenAI's answers, so that a strict client can't read this.
    raw = real_client.chat.completions.messages.with_raw_response.list(answer.id, limit=1)
    page = json.loads(raw.text)

    assert page["has_more"]
    assert page["data"] == [
        {
            "id": f"{answer.id}-0", "role": "system", "content": "Count.", "content_parts": None, "name": None,
            "refusal": None,
        }
    ]  # fmt: skip


def test_metadata_is_replaced(real_client: openai.OpenAI):
    answer = keep(real_client, metadata={"a": "1"})

    changed = real_client.chat.completions.update(answer.id, metadata={"b": "2"})

    assert changed.metadata == real_client.chat.completions.retrieve(answer.id).metadata == {"b": "2"}


def test_a_deleted_completion_is_gone(real_client: openai.OpenAI):
    answer = keep(real_client)

    deleted = real_client.chat.completions.delete(answer.id)

    assert (deleted.id, deleted.deleted, deleted.object) == (answer.id, True, "chat.completion.deleted")
    with pytest.raises(openai.NotFoundError):
        real_client.chat.completions.delete(answer.id)


def test_several_answers_are_sampled_each_by_itself_and_repeat_with_the_seed(real_client: openai.OpenAI):
    options = {"model": "tiny", "messages": QUESTION, "max_tokens": 8, "n": 3, "seed": 11}

    first = real_client.chat.completions.create(**options)
    again = real_client.chat.completions.create(**options)
    single = real_client.chat.completions.create(**{**options, "n": 1})

    texts = [choice.message.content for choice in first.choices]
    assert texts == [choice.message.content for choice in again.choices]
    assert texts[0] == single.choices[0].message.content
    assert len(set(texts)) > 1
    assert first.usage.prompt_tokens == single.usage.prompt_tokens


def test_several_answers_are_streamed_side_by_side(real_client: openai.OpenAI):
    options = {"model": "tiny", "messages": QUESTION, "max_tokens": 8, "n": 3, "seed": 11}
    whole = real_client.chat.completions.create(**options)

    *chunks, last = real_client.chat.completions.create(**options, stream=True, stream_options={"include_usage": True})

    texts = ["", "", ""]
    for chunk in chunks:
        texts[chunk.choices[0].index] += chunk.choices[0].delta.content or ""
    assert texts == [choice.message.content for choice in whole.choices]
    assert last.usage.completion_tokens == whole.usage.completion_tokens
