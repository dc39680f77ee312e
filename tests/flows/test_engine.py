"""The engine's scheduler on the tiny model: batches, adapters and stored prompts change nothing in the answers."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from engine_answers import EngineAnswers
from training_runs import new_run, train, write_rows
from tuneport.config import AdapterSection
from tuneport.inference.engine.compiled import CompiledRuntime
from tuneport.inference.engine.scheduler import MAX_TEXTS, Scheduler
from tuneport.inference.engine.torch_runtime import TorchRuntime
from tuneport.inference.protocol import GenerateRequest
from tuneport.models import attach_adapter, edge_logprobs, load_base, read_adapter
from tuneport.tokens import TokenizedRow, build_forest

CPU = torch.device("cpu")
CACHE_BYTES = 2**28
NEVER = 10_000
"""A stop token that no tiny model writes."""


@pytest.fixture(scope="module")
def adapters(tmp_path_factory, tiny_model_dir):
    """Two different trained adapters."""
    folder = tmp_path_factory.mktemp("adapters")
    rows = write_rows(folder / "rows.jsonl", 12)
    found = []
    for learning_rate in (1e-2, 5e-2):
        run = new_run(folder / f"run{learning_rate}", tiny_model_dir, rows, learning_rate=learning_rate)
        train(run)
        found.append(str(run.path / run.read_result().checkpoint))
    return found


@pytest.fixture
def answers():
    return EngineAnswers()


@pytest.fixture(params=[CompiledRuntime, TorchRuntime])
def new_runtime(request, tiny_model_dir):
    return lambda **limits: request.param(load_base(tiny_model_dir, CPU, attention="sdpa"), CACHE_BYTES, **limits)


@pytest.fixture
def scheduler(new_runtime, answers):
    return Scheduler(new_runtime(), answers)


def request(name, prompt, *, adapter=None, max_tokens=12, stop=(NEVER,), **sampling):
    sampling.setdefault("temperature", 0.0)
    return GenerateRequest(name, list(prompt), list(stop), max_tokens, adapter_dir=adapter, **sampling)


def run_to_end(scheduler):
    while not scheduler.is_idle:
        scheduler.step()


def reference(model_dir, prompt, adapter, n_tokens):
    """Greedy decoding with the training runtime: each next token from a forest of the whole row."""
    model = load_base(model_dir, CPU)
    if adapter is not None:
        model = attach_adapter(model, AdapterSection(rank=4), base_name="tiny", seed=0).eval()
        read_adapter(model, Path(adapter))
    ids = list(prompt)
    vocabulary = range(model.get_base_model().config.vocab_size if adapter else model.config.vocab_size)
    for _ in range(n_tokens):
        rows = [_row([*ids, token]) for token in vocabulary]
        with torch.no_grad():
            forest = build_forest(rows)
            best = int(edge_logprobs(model, forest).logprobs.argmax())
        ids.append(int(forest.edge_targets[best]))
    return ids[len(prompt) :]


def _row(ids):
    weights = np.zeros(len(ids), np.float32)
    weights[-1] = 1
    return TokenizedRow(1, np.asarray(ids, np.int32), weights, is_cut=False)


PROMPTS = [range(10, 10 + length) for length in (5, 40, 17, 90)]


def test_what_is_served_is_what_was_trained(tiny_model_dir, scheduler, answers, adapters):
    for number, adapter in enumerate([None, *adapters]):
        scheduler.submit(request(str(number), PROMPTS[2], adapter=adapter))
    run_to_end(scheduler)

    served = [answers.tokens[str(number)] for number in range(3)]
    assert served == [reference(tiny_model_dir, PROMPTS[2], adapter, 12) for adapter in (None, *adapters)]
    assert len({tuple(tokens) for tokens in served}) == 3


def test_requests_of_different_length_and_adapter_answer_in_one_batch_as_they_do_alone(
    new_runtime, scheduler, answers, adapters
):
    requests = [
        request(f"{position}-{adapter}", prompt, adapter=adapter, max_tokens=5 + 7 * position)
        for position, prompt in enumerate(PROMPTS)
        for adapter in (None, *adapters)
    ]
    alone = EngineAnswers()
    for each in requests:
        single = Scheduler(new_runtime(), alone)
        single.submit(each)
        run_to_end(single)

    for each in requests:
        scheduler.submit(each)
    run_to_end(scheduler)

    assert answers.tokens == alone.tokens
    assert {name: end.finish_reason for name, end in answers.ends.items()} == dict.fromkeys(answers.tokens, "length")


def test_a_prompt_with_a_known_beginning_is_not_computed_again_and_answers_the_same(scheduler, answers):
    prompt = list(range(10, 110))
    scheduler.submit(request("first", prompt))
    run_to_end(scheduler)

    scheduler.submit(request("again", prompt))
    scheduler.submit(request("longer", [*prompt, 7]))
    run_to_end(scheduler)

    assert answers.tokens["again"] == answers.tokens["first"]
    assert answers.ends["first"].cached_tokens == 0
    # All but the last token, or as many as fill blocks of 32.
    assert answers.ends["again"].cached_tokens in (99, 96)
    assert answers.ends["longer"].cached_tokens in (100, 96)


def test_an_adapter_does_not_use_the_stored_prompt_of_another(scheduler, answers, adapters):
    prompt = list(range(10, 110))
    scheduler.submit(request("base", prompt))
    run_to_end(scheduler)

    scheduler.submit(request("tuned", prompt, adapter=adapters[0]))
    run_to_end(scheduler)

    assert answers.ends["tuned"].cached_tokens == 0


def test_the_answer_ends_before_a_stop_token(scheduler, answers):
    scheduler.submit(request("free", PROMPTS[0]))
    run_to_end(scheduler)
    stop = answers.tokens["free"][4]

    scheduler.submit(request("stopped", PROMPTS[0], stop=(stop,)))
    run_to_end(scheduler)

    expected = answers.tokens["free"][: answers.tokens["free"].index(stop)]
    assert answers.tokens.get("stopped", []) == expected
    assert answers.ends["stopped"].finish_reason == "stop"


def test_a_seed_draws_the_same_answer_again(scheduler, answers):
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        scheduler.submit(request(name, PROMPTS[1], temperature=1.0, seed=seed))
        run_to_end(scheduler)

    assert answers.tokens["a"] == answers.tokens["b"]
    assert answers.tokens["a"] != answers.tokens["c"]


def test_more_requests_than_slots_are_all_answered(scheduler, answers):
    for number in range(MAX_TEXTS + 5):
        scheduler.submit(request(str(number), PROMPTS[number % 4], max_tokens=3 + number % 5))
    run_to_end(scheduler)

    assert len(answers.ends) == MAX_TEXTS + 5
    assert all(len(answers.tokens[str(number)]) == 3 + number % 5 for number in range(MAX_TEXTS + 5))


def test_the_cache_gives_back_what_a_large_batch_took(tiny_model_dir, answers):
    runtime = TorchRuntime(load_base(tiny_model_dir, CPU, attention="sdpa"), CACHE_BYTES)
    scheduler = Scheduler(runtime, answers)
    at_first = runtime._cache.bytes_for(1, 1)
    long_prompt = [10 + position % 200 for position in range(600)]
    for number in range(20):
        scheduler.submit(request(str(number), long_prompt, max_tokens=30))
    run_to_end(scheduler)
    in_the_batch = runtime._cache.bytes_for(1, 1)

    scheduler.submit(request("alone", PROMPTS[0], max_tokens=2))
    run_to_end(scheduler)

    assert in_the_batch > 4 * at_first
    assert runtime._cache.bytes_for(1, 1) == at_first


def test_a_damaged_adapter_fails_its_request_only(scheduler, answers, adapters, tmp_path):
    damaged = shutil.copytree(adapters[0], tmp_path / "damaged")
    (damaged / "adapter_model.safetensors").write_bytes(b"nothing of the kind")
    scheduler.submit(request("damaged", PROMPTS[0], adapter=str(damaged)))
    scheduler.submit(request("fine", PROMPTS[0]))
    run_to_end(scheduler)

    assert answers.failures["damaged"].code == "answer_failed"
    assert len(answers.tokens["fine"]) == 12


def test_a_cancelled_request_leaves_and_the_others_go_on(scheduler, answers):
    for name in ("one", "two", "three"):
        scheduler.submit(request(name, PROMPTS[1]))
    for _ in range(4):
        scheduler.step()

    scheduler.cancel("one")
    n_tokens = len(answers.tokens["one"])
    run_to_end(scheduler)

    assert len(answers.tokens["one"]) == n_tokens < 12
    assert answers.tokens["two"] == answers.tokens["three"]
    assert len(answers.tokens["two"]) == 12


def test_an_adapter_that_is_gone_fails_its_request_only(scheduler, answers, tmp_path):
    scheduler.submit(request("lost", PROMPTS[0], adapter=str(tmp_path / "deleted")))
    scheduler.submit(request("fine", PROMPTS[0]))
    run_to_end(scheduler)

    assert answers.failures["lost"].code == "model_not_found"
    assert len(answers.tokens["fine"]) == 12


def test_many_adapters_share_little_room_and_come_back_when_they_are_asked(new_runtime, answers, adapters, tmp_path):
    copies = [str(shutil.copytree(adapters[number % 2], tmp_path / str(number))) for number in range(6)]
    runtime = new_runtime(max_adapter_bytes=1)
    scheduler = Scheduler(runtime, answers)
    for turn in range(2):
        for number, adapter in enumerate(copies):
            scheduler.submit(request(f"{turn}-{number}", PROMPTS[2], adapter=adapter))
            run_to_end(scheduler)

    # The one in use, and with peft one that stays.
    assert runtime.n_adapters <= 2
    assert len({tuple(answers.tokens[f"{turn}-{number}"]) for turn in range(2) for number in (0, 2, 4)}) == 1
    assert len({tuple(answers.tokens[f"{turn}-{number}"]) for turn in range(2) for number in range(6)}) == 2


def test_a_long_prompt_holds_up_no_answer_that_is_under_way(scheduler, answers):
    scheduler.submit(request("first", PROMPTS[0], max_tokens=40))
    for _ in range(3):
        scheduler.step()
    scheduler.submit(request("long", [10 + position % 200 for position in range(1500)], max_tokens=3))
    n_before = len(answers.tokens["first"])
    for _ in range(5):
        scheduler.step()

    assert len(answers.tokens["first"]) == n_before + 5
    assert "long" not in answers.tokens
    run_to_end(scheduler)
    assert len(answers.tokens["long"]) == 3


def test_a_short_prompt_passes_a_long_one(scheduler, answers):
    scheduler.submit(request("long", [10 + position % 200 for position in range(1900)], max_tokens=3))
    scheduler.step()
    scheduler.submit(request("short", PROMPTS[0], max_tokens=3))
    while "short" not in answers.ends:
        scheduler.step()

    assert "long" not in answers.tokens
    run_to_end(scheduler)
    assert len(answers.tokens["long"]) == 3


def test_prompts_that_begin_alike_and_come_together_are_computed_once(new_runtime, answers):
    shared = [10 + position % 200 for position in range(400)]
    scheduler = Scheduler(new_runtime(), answers)
    for number in range(8):
        scheduler.submit(request(str(number), [*shared, 10 + number, 20, 30], max_tokens=2))
    run_to_end(scheduler)

    found = sorted(answers.ends[str(number)].cached_tokens for number in range(8))
    assert found[0] == 0
    assert found[1] >= 384


def test_a_request_too_large_for_the_memory_fails_before_any_work(tiny_model_dir, answers):
    scheduler = Scheduler(CompiledRuntime(load_base(tiny_model_dir, CPU, attention="sdpa"), 2**18), answers)
    scheduler.submit(request("large", range(10, 210), max_tokens=1000))
    scheduler.submit(request("small", PROMPTS[0]))
    run_to_end(scheduler)

    assert answers.failures["large"].code == "insufficient_memory"
    assert len(answers.tokens["small"]) == 12


def test_requests_that_do_not_fit_together_are_answered_one_after_the_other(tiny_model_dir, answers):
    scheduler = Scheduler(CompiledRuntime(load_base(tiny_model_dir, CPU, attention="sdpa"), 2**18), answers)
    for number in range(4):
        scheduler.submit(request(str(number), [10 + number, *range(20, 100)], max_tokens=20))
    run_to_end(scheduler)

    assert [len(answers.tokens[str(number)]) for number in range(4)] == [20] * 4
