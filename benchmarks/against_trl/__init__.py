"""The same rows through TRL's trainer and through our loop, each in a process of its own, and how far they are apart.

drawn rows ─▶ forest_peer (ours; writes steps and first adapter) ─▶ trl_peer (reads both) ─▶ exact_peer ─▶ report
"""
