"""What Tuneport claims, measured: each number a ratio against a peer in one run, or a share with its count."""
