"""What the policy says: books, and the pure walk over them. Nothing here reads a clock, a file or a network."""
