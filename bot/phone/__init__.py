"""A phone in the wrong hands: second factors, the PIN, hiding a card, a locked account; 999 stays open to all."""
