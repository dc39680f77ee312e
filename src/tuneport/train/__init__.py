"""The loop, the objectives, optimizer and schedule; reads tokens, writes a run folder.

`tuneport.train.run` has the way in. Nothing is imported here: a training process arranges itself before torch comes.
"""

__all__ = ()
