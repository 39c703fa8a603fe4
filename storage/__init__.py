"""What is remembered. Knows no chat product; nobody but `Store.begin` commits."""
