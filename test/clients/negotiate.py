"""Opens a WebSocket with the given subprotocols, and prints the one that the server selects.

Usage: negotiate.py WEBSOCKET_URL TOKEN PLACE SUBPROTOCOL...

PLACE is where the token is: "header", or "subprotocols" if it is one of them.
"""

import asyncio
import json
import sys

import websockets

url, token, place, *offered = sys.argv[1:]


async def main():
    headers = {"Authorization": f"Bearer {token}"} if place == "header" else {}
    async with websockets.connect(
        url, subprotocols=offered or None, additional_headers=headers
    ) as socket:
        await socket.send(json.dumps({"type": "ping"}))
        # A heartbeat may arrive first.
        while json.loads(await asyncio.wait_for(socket.recv(), 60))["type"] != "pong":
            pass
        print(socket.subprotocol)


asyncio.run(main())
