import httpx
import openai
import pytest

from server_process import ServerProcess

TOOL = {"type": "function", "name": "set_light", "parameters": {"type": "object"}, "strict": False}
GREEDY = {"model": "tiny", "temperature": 0, "max_output_tokens": 16}


def test_a_text_is_answered_and_the_response_kept(real_client: openai.OpenAI):
    made = real_client.responses.create(**GREEDY, input="What comes after 3?", metadata={"a": "1"}, tools=[TOOL])

    kept = real_client.responses.retrieve(made.id)

    assert kept == made
    assert made.output[0].content[0].text == made.output_text
    assert made.usage.total_tokens == made.usage.input_tokens + made.usage.output_tokens
    assert (made.metadata, made.tools[0].name, made.tool_choice) == ({"a": "1"}, "set_light", "auto")
    assert made.text.format.type == "text"


def test_an_answer_cut_by_its_limit_is_incomplete(real_client: openai.OpenAI):
    made = real_client.responses.create(model="tiny", input="x", max_output_tokens=16, top_p=0)

    assert (made.status, made.incomplete_details.reason) == ("incomplete", "max_output_tokens")
    assert made.usage.output_tokens == 16


@pytest.mark.requirement("R1.1")
def test_the_answer_is_that_of_a_chat(real_client: openai.OpenAI):
    messages = [{"role": "system", "content": "Be short."}, {"role": "user", "content": "Hello"}]
    chat = real_client.chat.completions.create(model="tiny", messages=messages, temperature=0, max_tokens=16)

    made = real_client.responses.create(**GREEDY, instructions="Be short.", input="Hello")

    assert made.output_text == chat.choices[0].message.content
    assert made.usage.input_tokens == chat.usage.prompt_tokens


def test_a_conversation_goes_on_from_a_stored_response(real_client: openai.OpenAI):
    first = real_client.responses.create(**GREEDY, input="Hello")
    second = real_client.responses.create(**GREEDY, input="And now?", previous_response_id=first.id)

    by_hand = real_client.responses.create(
        **GREEDY,
        input=[
            {"role": "user", "content": "Hello"},
            {"role": "assistant", "content": first.output_text},
            {"role": "user", "content": [{"type": "input_text", "text": "And now?"}]},
        ],
    )

    assert second.previous_response_id == first.id
    assert second.usage.input_tokens == by_hand.usage.input_tokens
    assert second.output_text == by_hand.output_text


def test_output_items_can_be_sent_again(real_client: openai.OpenAI):
    first = real_client.responses.create(**GREEDY, input="Hello", store=False)

    again = real_client.responses.create(
        **GREEDY, input=[{"role": "user", "content": "Hello"}, *first.output, {"role": "user", "content": "More"}]
    )

    assert again.usage.input_tokens > first.usage.input_tokens


def test_input_items_are_the_whole_conversation_newest_first(real_client: openai.OpenAI):
    call = {"type": "function_call", "call_id": "call_1", "name": "set_light", "arguments": "{}"}
    output = {"type": "function_call_output", "call_id": "call_1", "output": "done"}
    first = real_client.responses.create(**GREEDY, input=[{"role": "user", "content": "On!"}, call, output])
    second = real_client.responses.create(**GREEDY, input="Thanks", previous_response_id=first.id)

    items = list(real_client.responses.input_items.list(second.id, limit=2))
    oldest = next(iter(real_client.responses.input_items.list(second.id, order="asc", limit=1)))

    assert [item.type for item in items] == [
        "message", "message", "function_call_output", "function_call", "message",
    ]  # fmt: skip
    assert (items[0].role, items[1].role, items[1].id) == ("user", "assistant", first.output[0].id)
    assert (oldest.id, oldest.content[0].text) == (items[-1].id, "On!")


def test_a_deleted_response_is_gone(real_client: openai.OpenAI):
    made = real_client.responses.create(**GREEDY, input="Hello")

    real_client.responses.delete(made.id)

    with pytest.raises(openai.NotFoundError, match=made.id):
        real_client.responses.retrieve(made.id)


def test_a_response_that_is_not_to_be_stored_is_not(real_client: openai.OpenAI):
    made = real_client.responses.create(**GREEDY, input="Hello", store=False)

    with pytest.raises(openai.NotFoundError):
        real_client.responses.retrieve(made.id)
    with pytest.raises(openai.BadRequestError) as caught:
        real_client.responses.create(**GREEDY, input="More", previous_response_id=made.id)
    assert caught.value.code == "previous_response_not_found"


def test_a_response_that_has_ended_cannot_be_cancelled(real_client: openai.OpenAI):
    made = real_client.responses.create(**GREEDY, input="Hello")

    with pytest.raises(openai.BadRequestError, match="background"):
        real_client.responses.cancel(made.id)


def test_the_clients_stream_tells_a_text_in_order(real_client: openai.OpenAI):
    with real_client.responses.stream(model="tiny", input="Hello", top_p=0, max_output_tokens=16) as stream:
        events = list(stream)

    kinds = [event.type for event in events]
    last = events[-1].response
    deltas = "".join(event.delta for event in events if event.type == "response.output_text.delta")
    assert kinds[:4] == [
        "response.created", "response.in_progress", "response.output_item.added", "response.content_part.added",
    ]  # fmt: skip
    assert kinds[-4:-1] == [
        "response.output_text.done", "response.content_part.done", "response.output_item.done",
    ]  # fmt: skip
    assert kinds[-1] == f"response.{last.status}"
    assert [event.sequence_number for event in events] == list(range(len(events)))
    assert deltas == last.output_text
    assert real_client.responses.retrieve(last.id).output_text == deltas


def test_the_clients_stream_gives_the_whole_response_at_its_end(real_client: openai.OpenAI):
    response = stream_until_completed(real_client)

    assert response.status == "completed"
    assert response.completed_at >= response.created_at
    assert real_client.responses.retrieve(response.id).output_text == response.output_text


def test_the_events_of_a_stored_response_are_told_again_from_any_one_on(real_client: openai.OpenAI):
    told = [event.to_dict() for event in real_client.responses.create(**GREEDY, input="Hello", stream=True)]
    made = told[-1]["response"]["id"]

    again = [event.to_dict() for event in real_client.responses.retrieve(made, stream=True)]
    rest = [event.to_dict() for event in real_client.responses.retrieve(made, stream=True, starting_after=4)]
    with real_client.responses.stream(response_id=made) as stream:
        final = stream.get_final_response()

    assert again == told
    assert rest == told[5:]
    assert final.output_text == told[-1]["response"]["output"][0]["content"][0]["text"]


def test_only_a_stream_can_start_after_an_event(real_client: openai.OpenAI):
    made = real_client.responses.create(**GREEDY, input="Hello")

    with pytest.raises(openai.BadRequestError) as caught:
        real_client.responses.retrieve(made.id, extra_query={"starting_after": "1"})
    with pytest.raises(openai.NotFoundError):
        real_client.responses.retrieve("resp_none", stream=True)

    assert caught.value.param == "starting_after"


def stream_until_completed(client: openai.OpenAI):
    """Give a final response; a random model ends its answer by chance, within 300 tokens twice out of three times."""
    for _ in range(20):
        with client.responses.stream(model="tiny", input="Hello", temperature=2, max_output_tokens=300) as stream:
            *_, last = stream
            if last.type == "response.completed":
                return stream.get_final_response()
    raise AssertionError("No answer ended by itself.")


def test_an_engine_killed_in_mid_stream_ends_it_with_a_failed_response(
    real_server: ServerProcess, real_client: openai.OpenAI
):
    stream = real_client.responses.create(model="tiny", input="Hello", max_output_tokens=1500, stream=True)
    events = [next(stream) for _ in range(3)]

    real_server.engine().kill()
    events += stream

    assert events[-1].type == "response.failed"
    assert events[-1].response.error.code == "server_error"
    assert real_client.responses.retrieve(events[-1].response.id).status == "failed"


@pytest.mark.parametrize(
    ("extra", "param"),
    [
        ({"background": True}, "background"),
        ({"reasoning": {"effort": "low"}}, "reasoning"),
        ({"tools": [{"type": "web_search"}]}, "tools.0.type"),
        ({"tool_choice": "required"}, "tool_choice"),
        ({"max_output_tokens": 15}, "max_output_tokens"),
        ({"text": {"format": {"type": "xml"}}}, "text.format"),
        ({"input": [{"type": "reasoning", "id": "rs_1", "summary": []}]}, "input.0"),
        (
            {"input": [{"role": "user", "content": [{"type": "input_image", "image_url": "x"}]}]},
            "input.0.content.0.type",
        ),
        ({"input": []}, "input"),
        ({"conversation": "conv_1"}, "conversation"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_is_not_there_is_refused_by_name(real_server: ServerProcess, extra, param: str):
    answer = httpx.post(f"{real_server.url}/v1/responses", json={"model": "tiny", "input": "x", **extra})

    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == param


def test_unknown_model_is_not_found(real_client: openai.OpenAI):
    with pytest.raises(openai.NotFoundError, match="none"):
        real_client.responses.create(model="none", input="x")
