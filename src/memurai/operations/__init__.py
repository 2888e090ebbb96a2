"""Changes to, and proofs of, a Memurai server."""
