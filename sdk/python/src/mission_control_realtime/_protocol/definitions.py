"""Event types and limits of the protocol. Made by `npm run build:docs` from sdk/protocol."""

from __future__ import annotations

from collections.abc import Mapping

FieldKind = str | tuple[str, ...]
"""The kind of a field: `id`, `string`, `number` or `timestamp`, or one of the listed texts."""

EVENT_TYPES: Mapping[str, Mapping[str, FieldKind]] = {
    "agent:status": {
        "agentId": "id",
        "status": ("online", "offline", "error"),
        "timestamp": "timestamp",
    },
    "session:activity": {
        "agentId": "id",
        "sessionId": "id",
        "lastMessage": "string",
        "timestamp": "timestamp",
    },
}
"""The fields of each event type, in the order that they have in messages."""

WHEN_SILENT: Mapping[str, tuple[str, str]] = {
    "agent:status": ("status", "offline"),
}
"""The event types that can have a time to live: a field, and its value when there has been no report in that time."""

ALIVE_FOR_SECONDS = (10, 86400)
"""The shortest and the longest time to live, in seconds."""

MAX_ID_BYTES = 128
MAX_EVENT_MESSAGE_BYTES = 32640
MAX_CLOCK_SKEW_MILLISECONDS = 300000

INVISIBLE_CHARACTERS = (
    (0x0, 0x20),
    (0x7F, 0xA0),
    (0xAD, 0xAD),
    (0x34F, 0x34F),
    (0x600, 0x605),
    (0x61C, 0x61C),
    (0x6DD, 0x6DD),
    (0x70F, 0x70F),
    (0x890, 0x891),
    (0x8E2, 0x8E2),
    (0x115F, 0x1160),
    (0x1680, 0x1680),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x2000, 0x200F),
    (0x2028, 0x202F),
    (0x205F, 0x206F),
    (0x2800, 0x2800),
    (0x3000, 0x3000),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),
    (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFFB),
    (0x110BD, 0x110BD),
    (0x110CD, 0x110CD),
    (0x13430, 0x1343F),
    (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A),
    (0xE0000, 0xE0FFF),
)
"""First and last code points of the characters that are blank or invisible, in ascending order."""
