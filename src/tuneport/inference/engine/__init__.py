"""The torch engine. Only the engine process imports this."""

from tuneport.inference.engine.serving import serve_embedder, serve_engine

__all__ = ["serve_embedder", "serve_engine"]
