"""What each number of a digest and of a return is called in a paper, by the name of its field.

The rule to keep: a field that has no words here stands in no file of figures.
"""

from __future__ import annotations

from collections.abc import Mapping

HAPPENED: Mapping[str, str] = {
    "opened": "Consultations opened",
    "shared": "Somebody outside was told",
    "not_shared": "Nobody outside was told",
    "emergencies": "Emergencies",
    "reviewed": "Emergencies reviewed",
    "approved": "Somebody said yes",
    "declined": "Somebody said no",
    "second_opinions": "Second opinions asked for",
    "asked_back": "Questions asked back",
    "median": "Half were answered within (seconds)",
    "slowest": "The slowest answer (seconds)",
    "answered_late": "Answered only after the leads were called",
    "undelivered": "Messages that could not be delivered",
    "destroyed": "Records destroyed",
}
"""What happened in a period."""

OPEN: Mapping[str, str] = {
    "waiting": "Waiting for an answer",
    "waiting_for": "The oldest has waited (seconds)",
    "unheard": "Not answered, though the leads were called",
    "unreviewed": "Emergencies not reviewed",
    "unreviewed_late": "Emergencies not reviewed and past the day",
    "looks_late": "Checks by a second person that are late",
    "not_done": "Agreed, and not done yet",
    "not_done_slow": "Agreed more than a day ago, and not done yet",
    "unfinished": "Records not finished",
    "unfinished_stale": "Records not finished after a week",
    "held": "Records kept back from destruction",
    "held_for": "The oldest is kept back since (seconds)",
    "to_destroy": "Records that end in the next 30 days",
    "failed": "Reminders of ours that stopped",
}
"""What is open, whenever it began."""
