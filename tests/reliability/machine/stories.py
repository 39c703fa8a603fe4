"""What people come with, by the ids of the book's questions; whatever is not named has the book's quiet answer."""

from __future__ import annotations

from collections.abc import Mapping

_CHILD = {"danger_child": "yes", "child_info": "other_sign", "safe_parent": "unsure"}
_HEARD = {"danger_crime": "yes", "crime_how": "second_hand", "crime_type": "weapon_carried", "crime_at_risk": "yes"}
_KILLING = {
    "danger_crime": "yes",
    "waiting_risk": "yes",
    "crime_how": "admitted",
    "crime_type": "killing_or_grave_injury",
    "crime_at_risk": "yes",
    "crime_talk": "raises_risk",
}
_ABOUT_THE_LEAD = {"worker_concern": "yes", "concern_who": "safeguarding_lead"}
_ABOUT_A_TRUSTEE = {"worker_concern": "yes", "concern_who": "chair_or_trustee"}

STORIES: Mapping[str, Mapping[str, str]] = {
    "a child (A1)": _CHILD,
    "a killing admitted (A2)": _KILLING,
    "a weapon heard of (A1+)": _HEARD,
    "a court order (AO)": {"need_paper": "yes", "paper_kind": "order", "paper_verified": "yes"},
    "a child and a killing (A1 and A2)": {**_CHILD, **_KILLING},
    "a child and a weapon (A1 and A1+)": {**_CHILD, **_HEARD},
    "a child, and the worry is about the lead": {**_CHILD, **_ABOUT_THE_LEAD},
    "a child, and the worry is about a trustee": {**_CHILD, **_ABOUT_A_TRUSTEE},
    "a request from probation (A1+)": {
        "need_request": "yes",
        "asker": "probation",
        "request_ground": "yes",
        "waiting_risk": "yes",
    },
    "a child told of sexual abuse (AN)": {**_CHILD, "child_info": "told_by_child", "child_sexual": "yes"},
}
