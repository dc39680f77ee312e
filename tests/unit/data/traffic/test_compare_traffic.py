"""Real requests beside the rows of a training file."""

import json
import random

import pytest

from tuneport.core import DataError, NotFound
from tuneport.data.traffic import SomeRequests, compare_traffic

ROOMS = ["kitchen", "bathroom", "cellar", "attic", "garage", "hallway", "bedroom", "pantry", "nursery", "library"]
THINGS = ["lamp", "heater", "blind", "fan", "speaker", "radio", "door", "window", "oven", "kettle"]
DISHES = ["soup", "stew", "curry", "salad", "risotto", "omelette", "pancake", "dumpling", "lasagne", "goulash"]
SPICES = ["saffron", "cumin", "paprika", "basil", "thyme", "oregano", "nutmeg", "ginger", "sage", "dill"]
INSTRUCTION = {"role": "system", "content": "You steer a house."}


def house(seed):
    chance = random.Random(seed)
    return f"Please set the {chance.choice(THINGS)} in the {chance.choice(ROOMS)} to {chance.randint(1, 99)} per cent"


def recipe(seed):
    chance = random.Random(seed)
    return f"How many grams of {chance.choice(SPICES)} go into a {chance.choice(DISHES)} for {chance.randint(2, 9)}?"


def request(text, *, system=INSTRUCTION, **more):
    messages = [system] if system else []
    return {"messages": [*messages, {"role": "user", "content": text}]} | more


def row(text, **more):
    made = request(text, **more)
    made["messages"].append({"role": "assistant", "content": "Done."})
    return made


def tool(name):
    return {"type": "function", "function": {"name": name, "parameters": {"type": "object"}}}


HOUSE_ROWS = [row(house(seed)) for seed in range(200)]


@pytest.fixture
def compare(tmp_path):
    def compare(rows, requests, **options):
        files = []
        for name, lines in (("rows", rows), ("requests", requests)):
            path = tmp_path / f"{name}.jsonl"
            path.write_text("".join(json.dumps(line) + "\n" for line in lines))
            files.append(path)
        return compare_traffic(*files, **options)

    return compare


def test_requests_of_the_same_kind_are_like_the_rows(compare):
    report = compare(HOUSE_ROWS, [request(house(seed)) for seed in range(1000, 1200)])

    assert (report.n_rows, report.n_requests, report.n_requests_without_text) == (200, 200, 0)
    assert not report.likeness.is_more_than_chance
    assert report.likeness.unlike_share < 0.15
    assert report.unknown_instructions.n_rows == report.unknown_tools.n_rows == 0


def test_requests_about_something_else_are_found_by_line(compare):
    requests = [request(recipe(seed) if seed % 4 == 0 else house(1000 + seed)) for seed in range(80)]

    likeness = compare(HOUSE_ROWS, requests).likeness

    assert likeness.is_more_than_chance
    assert 0.25 <= likeness.unlike_share < 0.4
    assert set(likeness.unlike.lines[:20]) == set(range(1, 81, 4))
    assert likeness.similarity_of_requests <= likeness.similarity_of_rows


def test_rows_that_are_there_twice_do_not_make_requests_unlike(compare):
    report = compare(HOUSE_ROWS * 2, [request(house(seed)) for seed in range(1000, 1200)])

    assert report.n_rows == 400
    assert report.likeness.n_compared_rows <= 200
    assert not report.likeness.is_more_than_chance


def test_writing_without_spaces_is_compared_too(compare):
    rooms, things, dishes = (
        ["厨房", "浴室", "地下室", "阁楼", "车库"],
        ["灯", "暖气", "窗帘", "风扇", "音箱"],
        ["汤", "咖喱", "沙拉", "饺子", "煎饼"],
    )
    chance = random.Random(1)
    rows = [
        row(f"请把{chance.choice(rooms)}的{chance.choice(things)}调到百分之{chance.randint(1, 99)}") for _ in range(100)
    ]
    requests = [request(f"做{chance.choice(dishes)}给{chance.randint(2, 9)}个人需要多少克盐") for _ in range(40)]

    likeness = compare(rows, requests).likeness

    assert likeness.unlike_share > 0.9


def test_one_prompt_is_too_few_to_say_what_is_like_it(compare):
    report = compare([HOUSE_ROWS[0]] * 5, [request(recipe(1))])

    assert report.likeness is None


def test_instructions_that_no_row_has_are_counted(compare):
    other = {"role": "developer", "content": "You are a cook."}
    requests = [request(house(1)), request(house(2), system=other), request(house(3), system=None)]

    report = compare(HOUSE_ROWS, requests)

    assert report.unknown_instructions == SomeRequests(2, (2, 3))


def test_the_same_instructions_written_with_other_spaces_are_known(compare):
    spaced = {"role": "developer", "content": " You  steer a house. "}

    assert compare(HOUSE_ROWS, [request(house(1), system=spaced)]).unknown_instructions.n_rows == 0


def test_tools_that_no_row_offers_are_named(compare):
    rows = [row(house(seed), tools=[tool("dim")]) for seed in range(20)]
    requests = [
        request(house(1), tools=[tool("dim")]),
        request(house(2), tools=[tool("dim"), tool("ring")]),
        request(house(3), functions=[{"name": "sing"}]),
    ]

    report = compare(rows, requests)

    assert report.unknown_tools == SomeRequests(2, (2, 3))
    assert report.unknown_tool_names == ("ring", "sing")


def test_lines_of_a_batch_are_requests(compare):
    line = {"custom_id": "1", "method": "POST", "url": "/v1/chat/completions", "body": request(house(1))}

    report = compare(HOUSE_ROWS, [line])

    assert (report.n_requests, report.unknown_instructions.n_rows) == (1, 0)


def test_rows_with_prompt_and_completion_are_compared_with_chats(compare):
    rows = [{"prompt": house(seed), "completion": "Done."} for seed in range(100)]

    report = compare(rows, [request(house(seed), system=None) for seed in range(1000, 1040)])

    assert not report.likeness.is_more_than_chance


def test_of_long_files_a_thousand_rows_from_all_over_are_compared(compare):
    rows = [row(f"{house(seed)}, {seed}") for seed in range(2500)]

    report = compare(rows, [request(f"{house(seed)}, {seed}") for seed in range(3000, 4001)])

    assert (report.n_rows, report.n_requests) == (2500, 1001)
    assert 500 <= report.likeness.n_compared_rows <= 1000
    assert 500 <= report.likeness.n_compared_requests <= 1000


def test_what_is_no_request_is_counted_apart(compare):
    image = {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}]}

    report = compare(HOUSE_ROWS, [request(house(1)), {"messages": [image]}, {"messages": 3}, ["no row"]])

    assert (report.n_requests, report.n_requests_without_text, report.n_unread_requests) == (1, 2, 1)


@pytest.mark.parametrize("which", ["training file", "file of requests"])
def test_a_file_that_is_no_json_lines_is_an_error(tmp_path, which):
    files = {name: tmp_path / name for name in ("training file", "file of requests")}
    for path in files.values():
        path.write_text(json.dumps(HOUSE_ROWS[0]))
    files[which].write_bytes(b"\x1f\x8b\x08")

    with pytest.raises(DataError, match=f"^The {which}: the file begins as gzip files do"):
        compare_traffic(*files.values())


def test_lengths_are_those_of_what_is_asked(compare):
    report = compare([row("a" * 10), row("b" * 30)], [request("c" * 50)])

    assert (report.length_of_rows.p50, report.length_of_rows.p95) == (10, 30)
    assert (report.length_of_requests.p50, report.length_of_requests.p95) == (50, 50)


@pytest.mark.parametrize(
    ("rows", "requests", "which"),
    [([{"messages": []}], [request("x")], "training file"), (HOUSE_ROWS, [{"input": "x"}], "file of requests")],
)
def test_a_file_that_asks_nothing_is_an_error(compare, rows, requests, which):
    with pytest.raises(DataError, match=f"No row of the {which} asks anything"):
        compare(rows, requests)


def test_a_file_that_is_not_there_is_an_error(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps(HOUSE_ROWS[0]))

    with pytest.raises(NotFound, match="there is no such file"):
        compare_traffic(path, tmp_path / "none.jsonl")


def test_all_bytes_of_both_files_are_told(compare, tmp_path):
    told = []

    compare(HOUSE_ROWS, [request("x")], on_read=told.append)

    sizes = [(tmp_path / name).stat().st_size for name in ("rows.jsonl", "requests.jsonl")]
    assert sum(told) == sum(sizes)


def test_a_packed_file_is_no_file_of_requests(tmp_path):
    rows, requests = tmp_path / "rows.jsonl", tmp_path / "requests.jsonl"
    rows.write_text(json.dumps(HOUSE_ROWS[0]))
    requests.write_bytes(b"\x1f\x8b\x08" + bytes(40))

    with pytest.raises(DataError, match="file of requests"):
        compare_traffic(rows, requests)
