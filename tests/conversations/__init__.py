"""Whole conversations with the real bot: its store, dispatcher, letters and Slack channel, and the shipped book."""
