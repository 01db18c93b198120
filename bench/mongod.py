"""A mongod for a benchmark: a replica set of one in its own folder. The protocol (OP_MSG) is written here, so Python needs no package."""

import os
import pathlib
import signal
import socket
import struct
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
SET = "parley-bench"
START_PATIENCE_SECONDS = 60


class ObjectId(bytes):
    pass


def bson(document):
    """Encodes the types that these checks send: whole numbers, texts, booleans, ObjectIds, documents and lists."""
    fields = b""
    for name, value in document.items():
        name = name.encode() + b"\0"
        if isinstance(value, bool):
            fields += b"\x08" + name + bytes([value])
        elif isinstance(value, int):
            fields += b"\x12" + name + struct.pack("<q", value)
        elif isinstance(value, str):
            text = value.encode() + b"\0"
            fields += b"\x02" + name + struct.pack("<i", len(text)) + text
        elif isinstance(value, ObjectId):
            fields += b"\x07" + name + value
        elif isinstance(value, list):
            fields += b"\x04" + name + bson({str(index): each for index, each in enumerate(value)})
        else:
            fields += b"\x03" + name + bson(value)
    return struct.pack("<i", len(fields) + 5) + fields + b"\0"


class Mongod:
    def __init__(self, folder, port, *flags):
        program = pathlib.Path(os.environ.get("MONGOD", ROOT / "build/mongod/bin/mongod"))
        if not program.exists():
            raise RuntimeError(f"{program} is not there: run tools/install-mongod.sh, or name one in MONGOD")
        self.port = port
        data = folder / "mongod"
        data.mkdir()
        self.process = subprocess.Popen([program, "--dbpath", data, "--port", str(port), "--bind_ip", "127.0.0.1", "--nounixsocket", "--replSet", SET,
                                         "--wiredTigerCacheSizeGB", "0.5", "--oplogSize", "512", "--logpath", folder / "mongod.log", *flags],
                                        stdout=subprocess.DEVNULL)
        self.socket = None
        self._until(self._connects, "mongod listens")
        self.command("admin", {"replSetInitiate": {"_id": SET, "members": [{"_id": 0, "host": f"127.0.0.1:{port}"}]}})
        self._until(lambda: b"\x08isWritablePrimary\0\x01" in self.command("admin", {"hello": 1}), "there is a primary")

    def uri(self, database):
        return f"mongodb://127.0.0.1:{self.port}/{database}?replicaSet={SET}"

    def stop(self):
        if self.socket:
            self.socket.close()
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def command(self, database, document):
        """Returns the bytes of the answer. A refusal raises an exception."""
        body = b"\0\0\0\0\0" + bson({**document, "$db": database})
        self.socket.sendall(struct.pack("<iiii", 16 + len(body), 1, 0, 2013) + body)
        answer = self._receive(struct.unpack("<i", self._receive(4))[0] - 4)
        if b"\x01ok\0" + struct.pack("<d", 1.0) not in answer or b"\x04writeErrors\0" in answer:
            raise RuntimeError(f"mongod refuses {next(iter(document))}: {answer!r}")
        return answer

    def _receive(self, count):
        received = b""
        while len(received) < count:
            part = self.socket.recv(count - len(received))
            if not part:
                raise RuntimeError("mongod has closed the connection")
            received += part
        return received

    def _connects(self):
        try:
            self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=60)
            return True
        except OSError:
            return False

    def _until(self, holds, what):
        limit = time.monotonic() + START_PATIENCE_SECONDS
        while not holds():
            if time.monotonic() > limit or self.process.poll() is not None:
                raise RuntimeError(f"in vain waited until {what}")
            time.sleep(0.05)
