"""The invented charity that `python -m bot try` runs with. Nobody in it exists; every number is from Ofcom's drama range."""
