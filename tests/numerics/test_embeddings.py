"""Our vectors are those of the model's own description: mean of the last states, scaled to length 1."""

from base64 import b64decode
from pathlib import Path

import pytest
import torch
from torch.nn.functional import normalize
from transformers import AutoModel, AutoTokenizer

from tuneport.inference.engine.embedder import Embedder, embed_tokens
from tuneport.inference.protocol import EmbedRequest, VectorEvent
from tuneport.models import load_encoder
from tuneport.tokens import InputTokenizer

TEXTS = [
    "The lights in the attic are on.",
    "Zürich, naïve café: 日本語 and 1,024 numbers!",
    "x",
    "A long one. " * 40,
]


@pytest.fixture(scope="module")
def reference(embedding_model_dir: Path) -> torch.Tensor:
    """The vectors by plain transformers, each text alone."""
    tokenizer = AutoTokenizer.from_pretrained(embedding_model_dir)
    model = AutoModel.from_pretrained(embedding_model_dir, dtype=torch.float32).eval()
    vectors = []
    for text in TEXTS:
        inputs = tokenizer(text, truncation=False, padding=False, return_tensors="pt")
        with torch.no_grad():
            vectors.append(normalize(model(**inputs).last_hidden_state.mean(1), dim=1)[0])
    return torch.stack(vectors)


def test_vectors_equal_those_of_plain_transformers(embedding_model_dir: Path, reference: torch.Tensor):
    tokenizer = InputTokenizer.from_folder(embedding_model_dir)
    model = load_encoder(embedding_model_dir, torch.device("cpu"))

    vectors = embed_tokens(model, [tokenizer.tokenize(text) for text in TEXTS])

    assert vectors.shape == (len(TEXTS), 384)
    assert float((vectors - reference).abs().max()) < 1e-6


def test_the_engine_gives_each_vector_at_its_place(embedding_model_dir: Path, reference: torch.Tensor):
    tokenizer = InputTokenizer.from_folder(embedding_model_dir)
    events = []
    embedder = Embedder(load_encoder(embedding_model_dir, torch.device("cpu")), events.append)
    embedder.submit(EmbedRequest("one", [tokenizer.tokenize(text) for text in TEXTS]))

    while not embedder.is_idle:
        embedder.step()

    vectors = {event.index: event.vector for event in events if isinstance(event, VectorEvent)}
    found = torch.stack([_floats(vectors[index]) for index in range(len(TEXTS))])
    assert float((found - reference).abs().max()) < 1e-6


def _floats(encoded: str) -> torch.Tensor:
    return torch.frombuffer(bytearray(b64decode(encoded)), dtype=torch.float32)
