"""Whole conversations with the real bot: its store, its dispatcher, its letters, its Slack channel, its shipped book."""
