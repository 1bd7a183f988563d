"""A client and a backend in Python: opens a WebSocket, puts an event on the bus, prints the message.

Usage: dashboard.py WEBSOCKET_URL TOKEN AWS_ENDPOINT_URL
"""

import asyncio
import json
import sys

import boto3
import websockets

url, token, endpoint = sys.argv[1:]


def report():
    events = boto3.client(
        "events",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",
    )
    detail = {"agentId": "agent-py", "status": "online", "timestamp": 1707163200000}
    answer = events.put_events(
        Entries=[
            {
                "Source": "mission-control",
                "DetailType": "agent:status",
                "Detail": json.dumps(detail),
                "EventBusName": "mission-control",
            }
        ]
    )
    assert answer["FailedEntryCount"] == 0, answer


async def main():
    headers = {"Authorization": f"Bearer {token}"}
    async with websockets.connect(url, additional_headers=headers) as socket:
        await socket.send(json.dumps({"type": "ping"}))
        # A heartbeat may arrive first.
        while json.loads(await asyncio.wait_for(socket.recv(), 60))["type"] != "pong":
            pass
        await asyncio.to_thread(report)
        while True:
            text = await asyncio.wait_for(socket.recv(), 60)
            if json.loads(text)["type"] == "agent:status":
                print(text)
                return


asyncio.run(main())
