"""What our own page reads: a line of JSON for each thing to show, or the same as a server-sent event.

The rule to keep: the words in a line are escaped where they were made, in `render`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

Line = Mapping[str, object]


def json_line(line: Line) -> bytes:
    return json.dumps(line).encode() + b"\n"


def server_sent(event: str, data: Line) -> bytes:
    return f"event: {event}\ndata: {json.dumps(data)}\n\n".encode()
