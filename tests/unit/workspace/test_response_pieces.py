from tuneport.tokens import CallPiece
from tuneport.workspace.chat import ChatDelta, TokenChance
from tuneport.workspace.response_pieces import (
    TextPiece,
    piece_from_json,
    piece_to_json,
    with_chances_of_text,
)

A, B, C = (TokenChance(letter, (ord(letter),), -0.5, (TokenChance("z", (122,), -0.1),)) for letter in "abc")


def test_the_chance_of_a_part_of_a_character_comes_with_the_character():
    deltas = (
        delta for delta in [ChatDelta("", chances=(A,)), ChatDelta("é", chances=(B,)), ChatDelta("c", chances=(C,))]
    )

    assert [(delta.content, delta.chances) for delta in with_chances_of_text(deltas)] == [
        ("", ()), ("é", (A, B)), ("c", (C,)),
    ]  # fmt: skip


def test_the_chances_of_a_calls_tokens_are_left_out():
    call = ChatDelta(calls=(CallPiece(0, "{}", "call_1", "ring"),), chances=(B,))
    deltas = (delta for delta in [ChatDelta("", chances=(A,)), call, ChatDelta("text", chances=(C,))])

    assert [delta.chances for delta in with_chances_of_text(deltas)] == [(), (), (C,)]


def test_a_piece_comes_back_from_its_json():
    for piece in (TextPiece("a"), TextPiece("é", (A, B))):
        assert piece_from_json(piece_to_json(piece)) == piece
    assert piece_to_json(TextPiece("a")) == "a"
