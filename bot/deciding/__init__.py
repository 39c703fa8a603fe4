"""The second person, while a request waits: who is asked, the ladder of silence, the card, yes, no, passing on."""
