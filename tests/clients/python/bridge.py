"""A bridge: it runs the commands of standard input on a python-socketio client and prints the events, one JSON object a line.

../javascript/scenario.mjs describes the commands.      python bridge.py URL TOKEN
"""

import json
import sys
import threading

import socketio

url, token = sys.argv[1:]
client = socketio.Client(reconnection_delay=0.1, reconnection_delay_max=0.5)
printing = threading.Lock()


def say(**line):
    with printing:
        print(json.dumps(line), flush=True)


client.on("connect", lambda: say(connected=True))
client.on("disconnect", lambda reason: say(disconnected=True))
client.on("connect_error", lambda error: say(failed=[str(error)]))
client.on("*", lambda event, *args: say(event=event, args=args))
client.connect(url, auth={"token": token})
for line in sys.stdin:
    command = json.loads(line)
    if command["do"] == "close":
        break
    client.emit(command["event"], command["payload"], callback=lambda *args, id=command["id"]: say(ack=id, args=args))
client.disconnect()
