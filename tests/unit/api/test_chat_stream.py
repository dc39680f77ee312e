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
