import json

from tuneport.api.answer_notes import AnswerNotes
from tuneport.api.chat.stream import ChunkStream
from tuneport.workspace import ChatDelta, ChoiceDelta, StartedChat, Usage

DELTAS = (ChoiceDelta(0, ChatDelta("a")), ChoiceDelta(0, ChatDelta("", (), "stop", Usage(1, 1, 0))))


def test_notes_are_told_once_on_the_first_chunk():
    chat = StartedChat("c", 1, "m", iter(DELTAS))

    *lines, done = ChunkStream(chat, with_usage=False, notes=AnswerNotes(notices=["look"])).events(chat.deltas)

    chunks = [json.loads(line.removeprefix(b"data: ")) for line in lines]
    assert [chunk.get("tuneport") for chunk in chunks] == [{"notices": ["look"]}, None]
    assert done == b"data: [DONE]\n\n"


def test_the_usage_of_a_stream_is_that_of_the_whole_answers_whichever_ends_first():
    ends = [ChoiceDelta(index, ChatDelta("", (), "stop", Usage(5, 2, cached))) for index, cached in ((1, 4), (0, 0))]
    chat = StartedChat("c", 1, "m", iter(ends))

    *_, last, _ = ChunkStream(chat, with_usage=True).events(chat.deltas)

    usage = json.loads(last.removeprefix(b"data: "))["usage"]
    assert (usage["completion_tokens"], usage["prompt_tokens_details"]["cached_tokens"]) == (4, 0)
