"""The record: reading everything of a consultation, who may, the documents made of it, and subject access."""
