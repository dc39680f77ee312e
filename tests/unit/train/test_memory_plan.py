import numpy as np
from transformers import LlamaConfig

from tuneport.config import RuntimeSection, ScheduleSection
from tuneport.tokens import Sample, TokenizedRow
from tuneport.train.batching import Batching
from tuneport.train.memory_plan import bytes_per_token, plan_memory
from tuneport.train.rows import StepPlan

SMALL = LlamaConfig(hidden_size=64, intermediate_size=128, num_hidden_layers=2, num_attention_heads=4)
HUGE = LlamaConfig(hidden_size=65536, intermediate_size=262144, num_hidden_layers=200, num_attention_heads=4)


def samples(n_rows, *, n_shared, n_own):
    """Rows that begin alike; only their last token carries loss."""
    found = []
    for row in range(n_rows):
        own = np.full(n_own, row + 2)
        ids = np.concatenate([np.ones(n_shared), own]).astype(np.int32)
        weights = np.zeros(len(ids), np.float32)
        weights[-1] = 1
        found.append(Sample((TokenizedRow(row + 1, ids, weights, is_cut=False),)))
    return found


def chosen(rows, config=SMALL, runtime=None):
    plan = StepPlan(rows, ScheduleSection(n_epochs=1, batch_size=16), seed=1)
    runtime = runtime or RuntimeSection()
    return plan_memory(runtime, plan, Batching(), config, "cpu", trains_all=False).micro_batch_tokens


def test_rows_that_share_nothing_are_computed_in_small_micro_batches():
    assert chosen(samples(16, n_shared=0, n_own=500)) == 1024


def test_a_long_shared_beginning_is_computed_once_a_step():
    assert chosen(samples(16, n_shared=1500, n_own=100)) == 4096


def test_a_model_too_large_for_the_machine_gets_the_smallest_micro_batches():
    assert chosen(samples(16, n_shared=1500, n_own=100), HUGE) == 256


def test_what_the_user_asks_for_is_taken():
    assert chosen(samples(16, n_shared=1500, n_own=100), runtime=RuntimeSection(micro_batch_tokens=77)) == 77


def test_a_token_in_bf16_takes_half_the_bytes_of_one_in_fp32():
    assert bytes_per_token(SMALL, 2) == bytes_per_token(SMALL, 4) / 2
