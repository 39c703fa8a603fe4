"""A Slack workspace of our own: the Web API, views, response_url, Socket Mode, and people who read and press.

It answers as Slack's published pages say Slack does. It has not been held against Slack itself.
"""

from tests.slack.workspace.person import Person
from tests.slack.workspace.server import Delivered, Workspace

__all__ = ["Delivered", "Person", "Workspace"]
