"""What the numerics tests compare: a few rows as one forest, and the same rows padded into one batch."""

import torch
from torch.nn.functional import cross_entropy
from torch.nn.utils.rnn import pad_sequence

from tuneport.data import Example, Message, ToolCall
from tuneport.models import edge_logprobs, trainable_parameters
from tuneport.tokens import Renderer, build_forest

TOOL = {"type": "function", "function": {"name": "dim", "parameters": {"type": "object"}}}


def rows_of(folder):
    """Rows with a shared system prompt, tools, several turns, weights 0, and one row twice."""
    renderer = Renderer.from_folder(folder)
    system = Message("system", "You run a house and answer in few words.")
    light = Message("assistant", tool_calls=(ToolCall("call_1", "dim", '{"level": 3}'),))
    rows = [
        (system, Message("user", "Darker please."), light),
        (system, Message("user", "Darker, please!"), light),
        (system, Message("user", "Who are you?"), Message("assistant", "The house."), Message("user", "And?"), light),
        (
            system,
            Message("user", "Who are you?"),
            Message("assistant", "The house.", weight=0.0),
            Message("user", "So?"),
            light,
        ),
        (Message("user", "Hello"), Message("assistant", "Good evening.")),
        (Message("user", "Hello"), Message("assistant", "Good evening.")),
    ]
    examples = [Example(line, messages, (TOOL,)) for line, messages in enumerate(rows, start=1)]
    return [renderer.tokenize_example(example, longest_row_tokens=2048) for example in examples]


def gradients(model):
    return torch.cat([parameter.grad.flatten() for parameter in trainable_parameters(model).values()])


def forest_loss(model, objective, samples):
    forest = build_forest([row for sample in samples for row in sample.rows])
    return objective.loss(forest, edge_logprobs(model, forest), samples).loss_sum


def padded_losses(model, rows):
    """Give each row's weighted loss, `[rows]`."""
    ids = pad_sequence([torch.from_numpy(row.token_ids).long() for row in rows], batch_first=True)
    weights = pad_sequence([torch.from_numpy(row.loss_weights) for row in rows], batch_first=True)
    mask = pad_sequence([torch.ones(len(row.token_ids)) for row in rows], batch_first=True)
    logits = model(input_ids=ids, attention_mask=mask).logits
    losses = cross_entropy(logits[:, :-1].flatten(0, 1), ids[:, 1:].flatten(), reduction="none")
    return (losses * weights[:, 1:].flatten()).view(len(rows), -1).sum(dim=1)
