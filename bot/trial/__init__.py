"""The invented charity that `python -m bot try` runs with. Nobody in it exists; nobody answers at its numbers."""
