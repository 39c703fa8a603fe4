"""Teams as a bot meets it: the login service, the Bot Connector's REST API, and people who read cards and press.

It answers as Microsoft's published pages say Teams does. It has not been held against Teams itself.
"""

from tests.teams.connector.keys import Key
from tests.teams.connector.person import Person
from tests.teams.connector.server import Connector
from tests.teams.connector.stored import APP_ID, TENANT, Conversation, Delivered, Message, object_id

__all__ = ["APP_ID", "TENANT", "Connector", "Conversation", "Delivered", "Key", "Message", "Person", "object_id"]
