"""Content that is no text is refused part by part, with what it is and what to do."""

import pytest

REPLY = {"role": "assistant", "content": "A gull."}
TEXT = {"type": "text", "text": "What is on it?"}
PICTURE = "data:image/png;base64,iVBORw0KGgo="


@pytest.mark.parametrize(
    ("part", "what"),
    [
        ({"type": "image_url", "image_url": {"url": "https://example.com/gull.png", "detail": "low"}}, "an image"),
        ({"type": "image_url", "image_url": {"url": PICTURE}}, "an image"),
        ({"type": "input_image", "image_url": PICTURE}, "an image"),
        ({"type": "input_audio", "input_audio": {"data": "UklGRg==", "format": "wav"}}, "sound"),
        ({"type": "file", "file": {"file_id": "file-1"}}, "a file"),
        ({"type": "video_url", "video_url": {"url": "https://example.com/gull.mp4"}}, "a video"),
    ],
)
def test_a_part_that_is_no_text_is_not_supported_and_named(check, part, what):
    good = {"messages": [{"role": "user", "content": "Hi"}, REPLY]}

    report = check([good, {"messages": [{"role": "user", "content": [TEXT, part]}, REPLY]}])

    (error,) = report.errors
    assert (error.code, error.line, error.field) == ("image_content", 2, "messages[0].content[1]")
    assert error.message == (
        f"line 2: part 2 of message 1 is {what} ('{part['type']}'). "
        "Leave the row out, or say in text what the part shows: only text is supported here."
    )
    assert PICTURE not in error.message


def test_a_job_on_images_fails_with_the_example_and_the_reason(check):
    row = {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": PICTURE}}]}, REPLY]}

    code, message = check([row] * 12, is_training_file=True).job_failure()

    assert code == "invalid_training_file"
    assert "Example 1: part 1 of message 1 is an image ('image_url'). (Line 1.) Leave the row out" in message
    assert message.endswith("11 more problems in this file.")


def test_text_parts_of_responses_are_told_from_those_of_chat(check):
    part = {"type": "input_text", "text": "Hi"}

    (error,) = check([{"messages": [{"role": "user", "content": [part]}, REPLY]}]).errors

    assert (error.code, error.hint) == ("content_not_text", "Name the part's type 'text'.")
