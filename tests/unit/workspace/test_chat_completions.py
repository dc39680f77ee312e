from collections.abc import Iterator
from pathlib import Path

import pytest

from fake_completions import FakeClock, FakeCompletions, FakeModels
from tuneport.core import InvalidRequest, NotFound
from tuneport.store import Database, open_database
from tuneport.workspace import ChatCompletions, ChatOrder, ChatRequest, Message, PageRequest, ToolCall
from tuneport.workspace.text_completions import MAX_ANSWERS, TextCompletions, TextOrder, TextRequest

CALL = ToolCall("call_1", "set_light", '{"room": "attic"}')
TOOL = {"type": "function", "function": {"name": "set_light"}}
REQUEST = ChatRequest(
    "tiny",
    (Message("system", "Be short."), Message("assistant", None, (CALL,)), Message("tool", "on", (), "call_1")),
    tools=(TOOL,),
    seed=3,
    stop=("end",),
)
OLDEST_FIRST = PageRequest(order="asc")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = open_database(tmp_path / "tuneport.db")
    yield database
    database.close()


def chats_of(database: Database, *, project: str = "proj_a", who: FakeCompletions | None = None) -> ChatCompletions:
    return ChatCompletions(database.of_project(project), FakeClock(), FakeModels(), lambda: who or FakeCompletions())


def all_of(chats: ChatCompletions, **filters):
    return chats.stored.list(OLDEST_FIRST, model=filters.get("model"), metadata=filters.get("metadata", {})).items


def test_nothing_is_kept_unless_asked_for(database):
    chats = chats_of(database)

    chats.create(ChatOrder(REQUEST, metadata={"a": "1"}))

    assert all_of(chats) == ()


def test_a_kept_completion_is_read_as_it_was_written(database):
    chats = chats_of(database, who=FakeCompletions(tool_calls=(CALL,), reason="tool_calls"))

    made = chats.create(ChatOrder(REQUEST, n=2, store=True, metadata={"a": "1"}))

    assert chats.stored.find(made.id) == made
    assert made.request == REQUEST
    assert [answer.tool_calls for answer in made.answers] == [(CALL,), (CALL,)]


def test_a_streamed_completion_is_kept_before_its_end_is_told(database):
    chats = chats_of(database)
    chat = chats.stream(ChatOrder(REQUEST, n=2, store=True))

    n_kept = [len(all_of(chats)) for _ in chat.deltas]

    assert n_kept == [0, 0, 0, 0, 0, 1]
    assert [answer.content for answer in chats.stored.find(chat.id).answers] == ["Hello", "Hello"]


def test_a_stream_that_is_left_is_not_kept(database):
    chats = chats_of(database)
    chat = chats.stream(ChatOrder(REQUEST, store=True))

    next(chat.deltas)
    chat.deltas.close()

    assert all_of(chats) == ()


def test_the_list_is_filtered_by_model_and_metadata(database):
    chats = chats_of(database)
    wanted = chats.create(ChatOrder(REQUEST, store=True, metadata={"a": "1", "b": "2"}))
    chats.create(ChatOrder(REQUEST, store=True, metadata={"a": "2"}))

    assert [each.id for each in all_of(chats, metadata={"a": "1"})] == [wanted.id]
    assert len(all_of(chats, model="tiny")) == 2
    assert all_of(chats, model="other") == ()


def test_metadata_is_replaced(database):
    chats = chats_of(database)
    made = chats.create(ChatOrder(REQUEST, store=True, metadata={"a": "1"}))

    changed = chats.stored.change_metadata(made.id, {"b": "2"})

    assert changed.metadata == chats.stored.find(made.id).metadata == {"b": "2"}


def test_messages_are_paged(database):
    chats = chats_of(database)
    made = chats.create(ChatOrder(REQUEST, store=True))

    first = chats.messages(made.id, PageRequest(limit=2, order="asc"))
    rest = chats.messages(made.id, PageRequest(after=first.items[-1].id, order="asc"))

    assert ([each.id for each in first.items], first.has_more) == ([f"{made.id}-0", f"{made.id}-1"], True)
    assert ([each.message for each in rest.items], rest.has_more) == ([REQUEST.messages[2]], False)
    with pytest.raises(InvalidRequest, match="not in this list"):
        chats.messages(made.id, PageRequest(after="x"))


def test_what_is_deleted_is_gone(database):
    chats = chats_of(database)
    made = chats.create(ChatOrder(REQUEST, store=True))

    chats.stored.delete(made.id)

    with pytest.raises(NotFound):
        chats.stored.find(made.id)


def test_another_project_sees_nothing(database):
    made = chats_of(database).create(ChatOrder(REQUEST, store=True))
    other = chats_of(database, project="proj_b")

    assert all_of(other) == ()
    with pytest.raises(NotFound):
        other.stored.delete(made.id)


def text_order(*prompts, n=1, echo=False):
    return TextOrder(tuple(TextRequest("tiny", prompt, seed=1) for prompt in prompts), n=n, echo=echo)


def test_each_prompt_is_answered_as_often_as_asked():
    who = FakeCompletions()
    texts = TextCompletions(FakeClock(), FakeModels(), lambda: who)

    made = texts.create(text_order("a", "b", n=2, echo=True))

    assert [answer.content for answer in made.answers] == ["aHello", "aHello", "bHello", "bHello"]
    assert (made.usage.prompt_tokens, made.usage.completion_tokens) == (10, 8)
    assert [request.prompt for request in who.asked] == ["a", "a", "b", "b"]


@pytest.mark.parametrize("order", [text_order(*["a"] * (MAX_ANSWERS + 1)), text_order(*["a"] * 64, n=128)])
def test_more_answers_than_one_request_may_have_are_refused(order):
    texts = TextCompletions(FakeClock(), FakeModels(), FakeCompletions)

    with pytest.raises(InvalidRequest, match=f"1 to {MAX_ANSWERS} answers"):
        texts.create(order)
