"""The record: what a paper of it says and leaves out, what its files are, and the example papers in docs/examples/."""
