"""The weekly digest: weeks, figures, what is hidden, the card, and the clock that sends it."""
