"""The servers of `make bench-peers`: how each is started, which processes it has, and what is said about it. Each runs on core 0 with all of its
processes, in a folder of its own that is removed when it stops."""

import contextlib
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

from checks import ROOT, free_port, pin
from mongod import Mongod

HERE = ROOT / "bench/peers"
HOME = ROOT / "build/peers"
MONGOD = pathlib.Path(os.environ.get("MONGOD") or ROOT / "build/mongod/bin/mongod")
START_PATIENCE_SECONDS = 60
SERVER_CORE = 0


@contextlib.contextmanager
def on_core(core):
    """Processes that are started meanwhile stay on the core."""
    before = os.sched_getaffinity(0)
    if len(before) > 1:
        os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def first_line(*command):
    return (subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip().splitlines() or [""])[0]


def npm_versions(folder, *names):
    packages = {name: json.loads((folder / "node_modules" / name / "package.json").read_text())["version"] for name in names}
    return ", ".join(f"{name} {version}" for name, version in packages.items()) + f", node {first_line('node', '--version')}"


def go_version(program):
    """The version of the module. A program that Go built from a module may not know its own."""
    module = next(line.split() for line in subprocess.run(["go", "version", "-m", HOME / "bin" / program], capture_output=True, text=True,
                                                          check=True).stdout.splitlines() if line.startswith("\tmod\t"))
    return module[2]


class Server:
    """One server. `start` returns when it answers; `stop` kills it and removes its data."""

    name = title = ""
    installed_as = ()     # the names in bench/peers/install.sh that it needs
    flags = ()            # for `parley bench relay`
    before_ack = ""       # what is on the disk when a message is acknowledged
    before_delivery = ""  # what is on the disk when the room receives it
    has_ladder = True     # latency at several rates, beside the run at full speed

    def __init__(self, secret_file):
        self.secret_file = secret_file
        self.folder = self.port = None
        self.processes = []

    def left_out(self):
        """The reason for which it cannot be measured; nothing if it can be."""
        for peer in self.installed_as:
            note = HOME / "left-out" / peer
            if note.exists():
                return note.read_text().strip() or "its installation failed"
        absent = [str(program) for program in self.programs() if shutil.which(program) is None]
        return f"{absent[0]} is not there: run bench/peers/install.sh" if absent else None

    def programs(self):
        """The programs that it starts."""
        return []

    def version(self):
        raise NotImplementedError

    def settings(self):
        raise NotImplementedError

    def launch(self):
        """Starts all processes."""
        raise NotImplementedError

    def answers(self):
        return self.answers_health()

    def pids(self):
        return [process.pid for process in self.processes]

    def start(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="parley-peer-"))
        self.port = free_port()
        self.launch()
        self.wait_until(self.answers)

    def stop(self):
        for process in self.processes:
            process.kill()
        for process in self.processes:
            process.wait()
        self.processes = []
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)
        self.folder = None

    def spawn(self, *command, **environment):
        log = open(self.folder / "log", "ab")
        process = subprocess.Popen([str(word) for word in command], stdout=log, stderr=log, env={**os.environ, **environment},
                                   preexec_fn=pin(SERVER_CORE), cwd=self.folder)
        log.close()
        self.processes.append(process)

    def wait_until(self, holds):
        limit = time.monotonic() + START_PATIENCE_SECONDS
        while not holds():
            ended = [process for process in self.processes if process.poll() is not None]
            if ended or time.monotonic() > limit:
                raise RuntimeError(f"{self.name} does not answer; its log ends:\n{self.log_tail()}")
            time.sleep(0.01)

    def log_tail(self):
        log = self.folder / "log"
        return log.read_text(errors="replace")[-2000:] if log.exists() else ""

    def connects(self, port=None):
        try:
            socket.create_connection(("127.0.0.1", port or self.port), timeout=5).close()
            return True
        except OSError:
            return False

    def answers_health(self):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health", timeout=5) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False


class Parley(Server):
    name, title = "parley", "Parley"
    before_ack = before_delivery = "synced, one sync for all that waits"

    def __init__(self, secret_file, program):
        super().__init__(secret_file)
        self.program = program

    def version(self):
        return first_line(self.program, "version")

    def settings(self):
        return "--threads 1 --limits off; otherwise the defaults (the embedded store, every commit synced)"

    def launch(self):
        self.spawn(self.program, "serve", "--listen", f"127.0.0.1:{self.port}", "--data", self.folder / "data",
                   "--jwt-secret-file", self.secret_file, "--limits", "off", "--threads", "1")


class Floor(Server):
    name, title = "floor", "bare floor"
    flags = ("--no-read-back",)
    before_ack = before_delivery = "nothing"
    has_ladder = False
    program = pathlib.Path(os.environ.get("FLOOR") or ROOT / "build/release/bench/peers/floor/bench_floor").resolve()

    def programs(self):
        return [self.program]

    def version(self):
        return "of this commit"

    def settings(self):
        return "one thread on epoll with this project's WebSocket codec; it verifies, checks and keeps nothing"

    def launch(self):
        self.spawn(self.program, self.port)


class UringFloor(Floor):
    """The same on io_uring. It shows what another kernel interface could bring to the loop (docs/adr/0017)."""

    name, title = "floor-uring", "bare floor on io_uring"
    program = Floor.program.with_name("bench_floor_uring")

    def left_out(self):
        return None if self.program.exists() else "liburing-dev was missing when it was built: run tools/install.sh peers"

    def settings(self):
        return "as the bare floor; multishot receives into shared buffers, and all sends of a turn in one system call"


class SocketIo(Server):
    name, title = "socketio", "socket.io, plain"
    installed_as = ("socketio",)
    flags = ("--no-read-back",)
    before_ack = before_delivery = "nothing"

    def programs(self):
        return ["node"]

    def version(self):
        return npm_versions(HERE / "node_server", "socket.io")

    def settings(self):
        return "transports websocket alone, no compression, NODE_ENV=production; it verifies and checks nothing"

    def launch(self):
        self.spawn("node", HERE / "node_server/server.mjs", self.port, NODE_ENV="production")


class NodeContract(Server):
    name, title = "node-contract", "the contract in Node"
    installed_as = ("node-contract",)
    before_ack = before_delivery = "journal of a majority (a replica set of one)"

    def __init__(self, secret_file):
        super().__init__(secret_file)
        self.mongod = None

    def programs(self):
        return ["node", MONGOD]

    def version(self):
        mongod = first_line(MONGOD, "--version")
        return npm_versions(HERE / "node_contract", "socket.io", "express", "mongoose", "jsonwebtoken") + f", mongod {mongod.rpartition('v')[2]}"

    def settings(self):
        return 'write concern {w: "majority", j: true}, transports websocket alone, no compression, NODE_ENV=production, participants read at the join'

    def launch(self):
        with on_core(SERVER_CORE):
            self.mongod = Mongod(self.folder, free_port())
        self.spawn("node", HERE / "node_contract/server.mjs", self.port, self.mongod.uri("peer"), NODE_ENV="production",
                   SECRET_FILE=str(self.secret_file))

    def pids(self):
        return [*super().pids(), self.mongod.process.pid]

    def stop(self):
        if self.mongod:
            self.mongod.stop()
        self.mongod = None
        super().stop()


class Centrifugo(Server):
    name, title = "centrifugo-memory", "Centrifugo in memory"
    installed_as = ("centrifugo",)
    flags = ("--protocol", "centrifugo")
    before_ack = before_delivery = "nothing"
    config = HERE / "centrifugo/memory.json"

    def programs(self):
        return [HOME / "bin/centrifugo"]

    def version(self):
        return "Centrifugo " + go_version("centrifugo")

    def settings(self):
        return f"bench/peers/centrifugo/{self.config.name}: JSON protocol, no tokens (client.insecure), " + self.history()

    def history(self):
        kept = json.loads(self.config.read_text())["channel"]["without_namespace"]
        return f"the newest {kept['history_size']:,} messages of a channel kept for {kept['history_ttl']}"

    def launch(self):
        self.spawn(HOME / "bin/centrifugo", "--config", self.config, CENTRIFUGO_HTTP_SERVER_PORT=str(self.port))


class CentrifugoRedis(Centrifugo):
    name, title = "centrifugo-redis", "Centrifugo on Redis"
    installed_as = ("centrifugo", "redis")
    before_ack = before_delivery = "synced, one sync for the commands of a turn"
    config = HERE / "centrifugo/redis.json"

    def programs(self):
        return [*super().programs(), "redis-server"]

    def version(self):
        redis = re.search(r"v=(\S+)", first_line("redis-server", "--version")).group(1)
        return f"{super().version()}; Redis {redis}"

    def settings(self):
        return super().settings() + "; bench/peers/redis/redis.conf: appendonly yes, appendfsync always"

    def launch(self):
        port = free_port()
        self.spawn("redis-server", HERE / "redis/redis.conf", "--port", port, "--dir", self.folder)
        self.wait_until(lambda: self.connects(port))
        self.spawn(HOME / "bin/centrifugo", "--config", self.config, CENTRIFUGO_HTTP_SERVER_PORT=str(self.port),
                   CENTRIFUGO_ENGINE_REDIS_ADDRESS=f"127.0.0.1:{port}")


class Nats(Server):
    name, title = "nats", "NATS JetStream"
    installed_as = ("nats",)
    flags = ("--protocol", "nats")
    before_ack = "synced, a sync for each message"
    before_delivery = "nothing"

    def programs(self):
        return [HOME / "bin/nats-server"]

    def version(self):
        return "nats-server " + go_version("nats-server")

    def settings(self):
        return "bench/peers/nats: one stream on disk for all rooms, sync_interval always; members subscribe to the subject of the room"

    def launch(self):
        self.spawn(HOME / "bin/nats-server", "-c", HERE / "nats/nats.conf", "-p", self.port, "-sd", self.folder / "store")
        self.wait_until(self.connects)
        self.create_stream()

    def create_stream(self):
        stream = json.dumps(json.loads((HERE / "nats/stream.json").read_text())).encode()
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
            connection.sendall(b'CONNECT {"verbose":false}\r\nSUB created 1\r\nPUB $JS.API.STREAM.CREATE.rooms created %d\r\n%s\r\n' % (len(stream), stream))
            received = b""
            while b"MSG created" not in received or not received.endswith(b"}\r\n"):
                part = connection.recv(65536)
                if not part:
                    raise RuntimeError(f"nats closed the connection: {received!r}")
                received += part
        if b'"error"' in received:
            raise RuntimeError(f"nats refuses the stream: {received!r}")

    def answers(self):
        return True  # it has created the stream


def servers(secret_file, program):
    """All servers, in the order of the table."""
    return [Parley(secret_file, program), Floor(secret_file), UringFloor(secret_file), Centrifugo(secret_file), SocketIo(secret_file), CentrifugoRedis(secret_file),
            Nats(secret_file), NodeContract(secret_file)]
