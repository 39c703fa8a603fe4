"""A state machine that does to a request whatever people, time and crashes can, and a witness who checks each step."""
