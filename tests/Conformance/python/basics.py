"""Debian's python3-socketio against this server: python basics.py ADDRESS TRANSPORTS.

Connect with auth, namespaces, events, acknowledgements both ways, binary both ways, UTF-8, refusals, reconnection, disconnect.
"""
import queue
import socket
import sys

import requests
import socketio

address, transports = sys.argv[1], sys.argv[2].split(",")
PATIENCE = 20


def client():
    made = socketio.Client(reconnection=True, reconnection_delay=0.1, reconnection_delay_max=0.2)
    seen = queue.Queue()
    made.on("*", lambda event, *args: seen.put((event, list(args))))
    made.on("question", lambda n, data: (n + 1, data + b"\x09"))
    made.on("disconnect", lambda: seen.put(("disconnect", [])))
    return made, seen


def until(seen, event):
    while True:
        name, args = seen.get(timeout=PATIENCE)
        if name == event:
            return args


sio, seen = client()
sio.connect(address, auth={"token": "größe 😀"}, transports=transports, wait_timeout=PATIENCE)
assert until(seen, "auth") == [{"token": "größe 😀"}]

values = (1, "größe 日本 😀", {"nested": [True, None, 1.5]}, b"\x01\x02\x03")
sio.emit("message", values)
assert until(seen, "message-back") == list(values)
assert sio.call("message-with-ack", values, timeout=PATIENCE) == values
assert sio.call("ask-me", 41, timeout=PATIENCE) == (42, b"\x07\x09")
assert sio.call("message-with-ack", "x" * 200_000 + "😀", timeout=PATIENCE) == "x" * 200_000 + "😀"
assert sio.transport() == transports[-1], sio.transport()

# The connection is cut, or the session ended, behind its back: it comes back by itself.
first = sio.get_sid()
if transports[-1] == "websocket":
    sio.eio.ws.sock.shutdown(socket.SHUT_RDWR)
else:
    requests.post(f"{address}socket.io/?EIO=4&transport=polling&sid={sio.eio.sid}", data="1", timeout=PATIENCE)
until(seen, "disconnect")
assert until(seen, "auth") == [{"token": "größe 😀"}]
assert sio.get_sid() != first
assert sio.call("message-with-ack", "back", timeout=PATIENCE) == "back"
sio.disconnect()

spaces, _ = client()
entered = queue.Queue()
spaces.on("auth", entered.put, namespace="/custom")
refused = queue.Queue()
spaces.on("connect_error", refused.put, namespace="/refused")
spaces.connect(address, auth={"token": "x"}, namespaces=["/custom", "/refused"], transports=transports, wait=False)
assert entered.get(timeout=PATIENCE) == {"token": "x"}
assert refused.get(timeout=PATIENCE) == {"message": "not you", "data": {"code": 7}}
spaces.disconnect()
print("ok")
