"""Rows with their loss, as the server answers them, for tests of what the command shows of them."""


def token(text, weight=0.0, **changes):
    return {"id": 7, "text": text, "bytes": None, "weight": weight, "is_special": False, "is_cut": False} | changes


def row_loss(*tokens, answer=None, **changes):
    """Give an answer with one row of these tokens."""
    return {
        "object": "file.row_loss",
        "file_id": "file-1",
        "line": 3,
        "row": 2,
        "model": "tiny",
        "method": "supervised",
        "longest_row_tokens": 100,
        "is_trained": any(each["weight"] for each in tokens),
        "rows": [loss_row(*tokens, answer=answer)],
    } | changes


def loss_row(*tokens, answer=None, n_more_cut=0):
    kept = [each for each in tokens if not each["is_cut"]]
    n_cut = len(tokens) - len(kept) + n_more_cut
    return {
        "answer": answer,
        "n_tokens": len(kept),
        "n_loss_tokens": sum(each["weight"] != 0 for each in kept),
        "loss_weight": sum(each["weight"] for each in kept),
        "cut_at": len(kept) if n_cut else None,
        "n_tokens_cut": n_cut,
        "tokens": list(tokens),
    }
