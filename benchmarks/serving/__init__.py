"""The engine beside transformers' `generate`: the same requests, in turn, in one process."""
