"""Every kind of training on the tiny model: repeated, resumed, continued, loaded by peft, served as it was trained."""

import json

import numpy as np
import pytest
import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM

from kinds_of_training import KINDS
from training_runs import new_run, train, write_rows
from tuneport.config import AdapterSection
from tuneport.inference.engine.adapters import AdapterShelf
from tuneport.inference.engine.model_runtime import load_runtime
from tuneport.inference.engine.scheduler import Scheduler
from tuneport.inference.protocol import EndEvent, GenerateRequest, TokenEvent
from tuneport.models import edge_logprobs, load_base
from tuneport.tokens import Renderer, TokenizedRow, build_forest
from tuneport.train.run import execute_run
from tuneport.train.run_model import load_model, read_renderer
from tuneport.weights import adapter_to_continue, read_adapter_facts, read_trained_weights

CPU = torch.device("cpu")
N_BASE_TOKENS = 259
ADAPTERS = [kind for kind in KINDS if not kind.startswith("full")]


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    """Rows whose answers have the new tokens; without them they are spelled in bytes."""
    file = write_rows(tmp_path_factory.mktemp("rows") / "rows.jsonl", 12)
    file.write_text(
        file.read_text().replace("What comes after ", "<→>").replace('"content": "1', '"content": "<number>1')
    )
    return file


@pytest.fixture(scope="module")
def run_of(tmp_path_factory, tiny_model_dir, rows):
    """Give the finished run of a kind, trained once."""
    runs = {}

    def give(kind):
        if kind not in runs:
            runs[kind] = new_kind(tmp_path_factory.mktemp("run") / "run", tiny_model_dir, rows, kind)
            assert train(runs[kind]) == 0
        return runs[kind]

    return give


def new_kind(folder, model_folder, rows, kind, **options):
    adapter, quantization = KINDS[kind]
    learning_rate = 3e-3 if adapter.kind == "full" else 1e-2
    return new_run(
        folder, model_folder, rows, adapter=adapter, quantization=quantization, learning_rate=learning_rate, **options
    )


def bytes_below(folder):
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def checkpoint_of(run):
    return run.path / run.read_result().checkpoint


def losses(run):
    """The later line of a step counts: a resumed run writes steps again."""
    return {step.step: step.loss_sum for step in run.read_metrics()[0]}


def weights_of(run):
    name = "model.safetensors" if run.read_spec().adapter.kind == "full" else "adapter_model.safetensors"
    return (checkpoint_of(run) / name).read_bytes()


def trained_model(run):
    """Give the model as the run left it, by what the training process itself reads checkpoints with."""
    spec = run.read_spec()
    adapter = spec.adapter.model_copy(update={"start_from": checkpoint_of(run), "new_tokens": ()})
    adapter = adapter_to_continue(adapter, "tiny")
    renderer = read_renderer(spec.model, adapter)
    return load_model(spec.model, adapter, renderer, device="cpu", seed=0).eval(), renderer


def prompt_of(renderer):
    return renderer.tokenize_text_prompt("<→>3? Say <number>")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.requirement("R1.8")
def test_a_run_learns_and_its_seed_gives_the_same_weights_bit_for_bit(tmp_path, tiny_model_dir, rows, run_of, kind):
    first = run_of(kind)
    second = new_kind(tmp_path / "second", tiny_model_dir, rows, kind)

    train(second)

    steps = first.read_metrics()[0]
    assert steps[-1].train_loss < steps[0].train_loss
    assert losses(first) == losses(second)
    assert weights_of(first) == weights_of(second)


class Killed(BaseException):
    """Ends a run as a kill does: nothing of ours catches it."""


def kill_at(n_looks):
    """Give what a run asks before each micro-batch; it is killed the `n_looks`th time."""
    looks = iter(range(1, n_looks))

    def is_stopping():
        if next(looks, None) is None:
            raise Killed
        return False

    return is_stopping


@pytest.mark.parametrize("kind", KINDS)
def test_a_killed_run_ends_with_the_weights_of_an_unbroken_one(tmp_path, tiny_model_dir, rows, run_of, kind):
    unbroken = run_of(kind)
    killed = new_kind(tmp_path / "killed", tiny_model_dir, rows, kind, save_every_seconds=1e-6)

    with pytest.raises(Killed):
        execute_run(killed, kill_at(8))
    n_done = len(losses(killed))
    train(killed)

    assert 1 < n_done < len(losses(unbroken))
    assert [event.step for event in killed.read_events()[0] if event.kind == "started"] == [1, n_done + 1]
    assert losses(killed) == losses(unbroken)
    assert weights_of(killed) == weights_of(unbroken)


@pytest.mark.parametrize("kind", ADAPTERS)
def test_peft_alone_loads_the_adapter_and_gives_the_logits_of_the_trained_model(tiny_model_dir, run_of, kind):
    run = run_of(kind)
    model, renderer = trained_model(run)
    prompt = prompt_of(renderer)
    base = load_base(tiny_model_dir, CPU, attention="sdpa", quantization=KINDS[kind][1])
    if kind == "new tokens":
        base.resize_token_embeddings(max(prompt) + 1, mean_resizing=False)

    loaded = PeftModel.from_pretrained(base, checkpoint_of(run)).eval()

    assert_same_logits(loaded(torch.tensor([prompt])).logits[0, -1], model, prompt)


@pytest.mark.parametrize("kind", ADAPTERS)
def test_an_adapters_config_names_the_base_model_and_nothing_of_the_machine(run_of, kind):
    config = json.loads((checkpoint_of(run_of(kind)) / "adapter_config.json").read_text())

    assert config["base_model_name_or_path"] == "tiny"
    assert config["target_modules"] == sorted(config["target_modules"])
    assert "/" not in json.dumps(config)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.startswith("full")])
def test_a_full_checkpoint_is_a_model_folder_that_transformers_loads(run_of, kind):
    run = run_of(kind)
    model, renderer = trained_model(run)
    prompt = prompt_of(renderer)

    loaded = AutoModelForCausalLM.from_pretrained(checkpoint_of(run), dtype=torch.float32)

    assert_same_logits(loaded(torch.tensor([prompt])).logits[0, -1], model, prompt)
    assert Renderer.from_folder(checkpoint_of(run)).tokenize_text_prompt("<→>3? Say <number>") == prompt
    assert str(run.path.parent) not in (checkpoint_of(run) / "config.json").read_text()


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_served_is_what_was_trained(tiny_model_dir, run_of, kind):
    run = run_of(kind)
    model, renderer = trained_model(run)
    prompt = prompt_of(renderer)
    engine = Engine(tiny_model_dir, checkpoint_of(run))

    served = engine.answer(prompt, n_tokens=10)
    logits = engine.logits(prompt)

    assert_same_logits(logits, model, prompt)
    assert served == greedy(model, prompt, 10)
    assert served != greedy(load_base(tiny_model_dir, CPU), [token for token in prompt if token < N_BASE_TOKENS], 10)


def test_a_model_whose_adapter_cannot_be_mixed_with_others_says_so(run_of):
    shared = {kind: read_trained_weights(checkpoint_of(run_of(kind))).shares_base for kind in KINDS}

    assert [kind for kind, shares in shared.items() if shares] == ["lora", "rslora", "qlora"]
    assert read_trained_weights(checkpoint_of(run_of("qlora"))).quantization == "nf4"


def test_a_new_token_is_one_id_that_is_shown_in_answers(run_of):
    run = run_of("new tokens")
    _, renderer = trained_model(run)

    ids = renderer.tokenize_text_prompt("a<number>b<→>")

    assert [token_id for token_id in ids if token_id >= N_BASE_TOKENS] == [N_BASE_TOKENS, N_BASE_TOKENS + 1]
    assert len(ids) == 4
    assert renderer.decode(ids) == "a<number>b<→>"


@pytest.mark.parametrize("kind", KINDS)
def test_a_run_goes_on_from_the_checkpoint_of_an_earlier_one(tmp_path, tiny_model_dir, rows, run_of, kind):
    earlier = run_of(kind)
    adapter, quantization = KINDS[kind]
    start = {"kind": adapter.kind if adapter.kind == "full" else "lora", "start_from": checkpoint_of(earlier)}
    later = new_run(
        tmp_path / "later",
        tiny_model_dir,
        rows,
        adapter=AdapterSection(**start),
        quantization=quantization,
        learning_rate=1e-3,
    )

    status = train(later)

    assert status == 0, later.read_events()[0][-1].message
    assert later.read_metrics()[0][0].train_loss < earlier.read_metrics()[0][0].train_loss * 0.8
    assert (checkpoint_of(later) / "tokenizer.json").exists() == (checkpoint_of(earlier) / "tokenizer.json").exists()
    if adapter.kind != "full":
        assert read_adapter_facts(checkpoint_of(later)) == read_adapter_facts(checkpoint_of(earlier))


@pytest.mark.parametrize("kind", KINDS)
def test_the_forecast_tells_the_disk_that_the_checkpoints_take(run_of, kind):
    run = run_of(kind)

    forecast = run.read_forecast().checkpoint_bytes

    assert forecast / 3 < bytes_below(run.checkpoints) <= forecast


def test_a_start_that_does_not_fit_fails_the_run_with_what_to_do(tmp_path, tiny_model_dir, rows, run_of):
    folder = checkpoint_of(run_of("lora"))
    starts = {
        "start_from_incomplete": AdapterSection(kind="full", start_from=folder),
        "new_tokens_in_continued_adapter": AdapterSection(start_from=folder, new_tokens=("<more>",)),
    }

    failures = {}
    for code, adapter in starts.items():
        run = new_run(tmp_path / code, tiny_model_dir, rows, adapter=adapter)
        assert train(run) == 1
        failures[code] = run.read_events()[0][-1]

    assert {code: failure.code for code, failure in failures.items()} == {code: code for code in starts}
    assert "which lacks model.safetensors." in failures["start_from_incomplete"].message


class Engine:
    """The engine's scheduler with the model and the adapter that the server would give it for a checkpoint."""

    def __init__(self, base_folder, checkpoint):
        weights = read_trained_weights(checkpoint)
        is_full = weights.kind == "full"
        folder = checkpoint if is_full else base_folder
        model = load_base(folder, CPU, attention="sdpa", quantization=weights.quantization)
        self._adapter = None if is_full else str(checkpoint)
        self._shelf = AdapterShelf(model)
        self._tokens = []
        self._scheduler = Scheduler(load_runtime(folder, quantization=weights.quantization), self)

    def __call__(self, event):
        assert isinstance(event, TokenEvent | EndEvent), event
        if isinstance(event, TokenEvent):
            self._tokens.append(event.token_id)

    def answer(self, prompt, n_tokens):
        request = GenerateRequest("one", prompt, [], n_tokens, adapter_dir=self._adapter, temperature=0.0)
        self._scheduler.submit(request)
        while not self._scheduler.is_idle:
            self._scheduler.step()
        return self._tokens

    def logits(self, prompt):
        if self._adapter is not None:
            self._shelf.ensure(self._adapter, set())
        with torch.inference_mode():
            return self._shelf.forward([self._adapter], input_ids=torch.tensor([prompt])).logits[0, -1]


def assert_same_logits(logits, model, prompt):
    torch.testing.assert_close(torch.log_softmax(logits, dim=0), next_logprobs(model, prompt), rtol=1e-4, atol=1e-4)


def greedy(model, prompt, n_tokens):
    ids = list(prompt)
    for _ in range(n_tokens):
        ids.append(int(next_logprobs(model, ids).argmax()))
    return ids[len(prompt) :]


@torch.no_grad()
def next_logprobs(model, ids):
    """Give `[V]`: the log-probability of each token after `ids`, by the training runtime."""
    causal_lm = model.get_base_model() if isinstance(model, PeftModel) else model
    vocabulary = causal_lm.config.vocab_size
    forest = build_forest([row_of([*ids, token]) for token in range(vocabulary)])
    order = forest.edge_targets.argsort()
    assert len(order) == vocabulary
    return edge_logprobs(model, forest).logprobs[torch.from_numpy(order)]


def row_of(ids):
    weights = np.zeros(len(ids), np.float32)
    weights[-1] = 1
    return TokenizedRow(1, np.asarray(ids, np.int32), weights, is_cut=False)
