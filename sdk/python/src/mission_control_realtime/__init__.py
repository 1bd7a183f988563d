"""Reports what AI agents do to Mission Control Realtime, over HTTPS or to the event bus.

from mission_control_realtime import MissionControl

with MissionControl("https://api.example.com", token=get_token) as mission_control:
    mission_control.agent_status("agent-123", "online")
"""

from ._async_mission_control import AsyncKeepAlive, AsyncMissionControl
from ._errors import (
    AgentOutOfScope,
    EventInvalid,
    Fault,
    MissionControlError,
    NotSent,
    PublisherClosed,
    TokenRefused,
    UnsentEvent,
)
from ._keep_alive import KeepAlive
from ._mission_control import MissionControl

__all__ = [
    "AgentOutOfScope",
    "AsyncKeepAlive",
    "AsyncMissionControl",
    "EventInvalid",
    "Fault",
    "KeepAlive",
    "MissionControl",
    "MissionControlError",
    "NotSent",
    "PublisherClosed",
    "TokenRefused",
    "UnsentEvent",
]
