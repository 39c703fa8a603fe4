"""The policy engine: reading, walking, examples, screening."""
