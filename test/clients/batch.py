"""A client in Python that negotiates batches: puts a pack of events on the bus, prints "batch" for each batch and then the messages.

Usage: batch.py WEBSOCKET_URL TOKEN AWS_ENDPOINT_URL
"""

import asyncio
import json
import sys

import boto3
import websockets

url, token, endpoint = sys.argv[1:]
agents = [f"agent-{number}" for number in range(10)]


def report():
    events = boto3.client(
        "events",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",
    )
    pack = {
        "events": [
            {
                "type": "agent:status",
                "payload": {"agentId": agent, "status": "online", "timestamp": 1707163200000},
            }
            for agent in agents
        ]
    }
    answer = events.put_events(
        Entries=[
            {
                "Source": "mission-control",
                "DetailType": "events:batch",
                "Detail": json.dumps(pack),
                "EventBusName": "mission-control",
            }
        ]
    )
    assert answer["FailedEntryCount"] == 0, answer


async def main():
    offered = ["mission-control", token, "mission-control.batch"]
    async with websockets.connect(url, subprotocols=offered) as socket:
        await asyncio.to_thread(report)
        heard = []
        while len(heard) < len(agents):
            message = json.loads(await asyncio.wait_for(socket.recv(), 60))
            if message["type"] == "batch":
                # The batch may also contain a heartbeat.
                messages = message["payload"]["messages"]
                heard += [one for one in messages if one["type"] == "agent:status"]
                print("batch")
            elif message["type"] == "agent:status":
                heard.append(message)
        for message in heard:
            print(json.dumps(message, separators=(",", ":")))


asyncio.run(main())
