"""What `python -m bot book …` does: checking, proving, drawing and comparing books, and the pages they write."""
