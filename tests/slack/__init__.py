"""The Slack channel's tests: the real SDK, against a workspace of our own that speaks HTTP."""
