"""The weekly digest: which week, what is counted, what is hidden, and the card that trustees and leads read."""
