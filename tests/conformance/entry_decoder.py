#!/usr/bin/env python3
"""A decoder of entries, written only from docs/formats/entry.md and session-row.md, with Python's standard library.

It shares no code with the server. So an omission in a page, or a codec that differs from its page, shows here.
    entry_decoder.py docs/formats/entry-vectors.json    checks every vector and the chain through them
    entry_decoder.py --self-test VECTORS                shows that it finds each kind of damage
"""
import hashlib
import hmac
import json
import re
import sys
import unicodedata

NO_TIME = 2**64 - 1
TIME_LAST = 253402300799999
ENTRY_BYTES_MAX = 65536


class Damaged(Exception):
    """The bytes break a rule of the page."""


def require(holds, rule):
    if not holds:
        raise Damaged(rule)


class Reader:
    def __init__(self, data):
        self.data, self.offset = data, 0

    def take(self, size):
        require(len(self.data) - self.offset >= size, f"offset {self.offset}: {size} more bytes of the stated length")
        self.offset += size
        return self.data[self.offset - size:self.offset]

    def number(self, size):
        return int.from_bytes(self.take(size), "big")

    def bytes8(self):
        return self.take(self.number(1))

    def bytes16(self):
        return self.take(self.number(2))

    def time(self):
        value = self.number(8)
        require(value <= TIME_LAST, "a time of at most the year 9999")
        return value

    def optional_time(self):
        value = self.number(8)
        require(value <= TIME_LAST or value == NO_TIME, "a time, or none")
        return None if value == NO_TIME else value

    def role(self):
        name = self.bytes8()
        require(len(name) <= 15 and re.fullmatch(rb"[a-z0-9_-]*", name), "a role of at most 15 characters")
        return name.decode()

    def id(self):
        data = self.bytes8()
        require(1 <= len(data) <= 64, "an id of 1 to 64 bytes")
        text = data.decode()
        require(all(unicodedata.category(character) != "Cc" for character in text), "an id without control characters")
        return text

    def user(self):
        text = self.id()
        require(not re.fullmatch("[0-9a-fA-F]{24}", text) or text == text.lower(), "hexadecimal digits of a user id in lower case")
        require(text != "0" * 24, "a user id that is not 24 zeros")
        return text

    def user_or_server(self):
        if self.data[self.offset:self.offset + 1] == b"\0":
            self.offset += 1
            return ""
        return self.user()

    def end(self):
        require(self.offset == len(self.data), f"offset {self.offset}: the end; the length does not fit")


def crc32c(data):
    state = 0xFFFFFFFF
    for byte in data:
        state ^= byte
        for _ in range(8):
            state = (state >> 1) ^ (0x82F63B78 if state & 1 else 0)
    return state ^ 0xFFFFFFFF


def split_record(record):
    reader = Reader(record)
    require(reader.number(1) == 1, "record version 1")
    core_size, body_size = reader.number(2), reader.number(2)
    core, body = reader.take(core_size), reader.take(body_size)
    trailer = reader.data[reader.offset:]
    require(len(core) + len(body) + len(trailer) <= ENTRY_BYTES_MAX, "an entry of at most 65536 bytes")
    return core, body, trailer


def decode_core(data):
    reader = Reader(data)
    core = {"version": reader.number(1)}
    require(core["version"] == 2, "entry version 2")
    core.update(kind=reader.number(1), flags=reader.number(1), seq=reader.number(4))
    require(core["kind"] != 0, "a kind, which is never 0")
    require(1 <= core["seq"] <= 16777215, "a seq between 1 and 16777215")
    core.update(id=reader.take(12).hex(), timestamp=reader.time(), sender=reader.user_or_server(), senderRole=reader.role())
    core.update(key=reader.take(16).hex(), commitment=reader.take(32).hex(), extensions=[])
    for _ in range(reader.number(2)):
        kind, value = reader.number(2), reader.bytes16()
        require(not core["extensions"] or core["extensions"][-1]["type"] < kind, "extension types that ascend")
        require(len(value) <= 32768, "an extension of at most 32768 bytes")
        core["extensions"].append({"type": kind, "value": value.hex()})
    reader.end()
    return core


def decode_body(data, commitment):
    if not data:
        return None
    reader = Reader(data)
    body = {"salt": reader.take(32).hex(), "messageType": reader.number(1)}
    require(body["messageType"] in (1, 2), "body: message type 1 or 2")
    body.update(text=reader.bytes16().decode(), clientMessageId=reader.bytes8().decode(), attributes=[])
    require(len(body["clientMessageId"].encode()) <= 64, "body: a client message id of at most 64 bytes")
    for _ in range(reader.number(1)):
        name, value = reader.bytes8(), reader.bytes16()
        require(1 <= len(name) <= 32, "body: an attribute name of 1 to 32 bytes")
        body["attributes"].append({"name": name.decode(), "value": value.hex()})
    reader.end()
    require(hmac.digest(data[:32], data[32:], "sha256").hex() == commitment, "the commitment of the core")
    return body


def decode_trailer(data, core, body):
    require(len(data) >= 62, "a trailer of the length of its fixed parts")
    covered = len(core).to_bytes(4, "big") + len(body).to_bytes(4, "big") + core + body + data[:-4]
    require(crc32c(covered) == int.from_bytes(data[-4:], "big"), "the checksum")
    reader = Reader(data[:-4])
    trailer = {"digest": reader.take(32).hex(), "keyId": reader.number(1)}
    trailer.update(textsEver=reader.number(4), deletions=reader.number(4))
    require(trailer["deletions"] <= trailer["textsEver"] <= 16777215, "no more deletions than texts")
    trailer.update(firstLiveText=reader.optional_time(), lastLiveText=reader.optional_time(), roles=[])
    count = reader.number(1)
    require(count <= 64, "at most 64 roles")
    for _ in range(count):
        trailer["roles"].append({"role": reader.role(), "liveTexts": reader.number(4), "liveCodePoints": reader.number(8)})
    reader.end()
    require(trailer["keyId"] == 0 or not body, "key id 0")
    return trailer


def decode_entry(seq, record):
    core_bytes, body_bytes, trailer_bytes = split_record(record)
    require(core_bytes[:1] == b"\x02", "entry version 2")
    trailer = decode_trailer(trailer_bytes, core_bytes, body_bytes)
    core = decode_core(core_bytes)
    require(core["seq"] == seq, "the seq that the record is kept under")
    return core_bytes, {"core": core, "body": decode_body(body_bytes, core["commitment"]), "trailer": trailer}


def decode_session_row(data):
    require(len(data) >= 66, "a row of the length of its fixed parts")
    reader = Reader(data[:-4])
    require(reader.number(1) == 2, "row version 2")
    require(crc32c(data[:-4]) == int.from_bytes(data[-4:], "big"), "the checksum")
    row = {"id": reader.id(), "number": reader.number(5), "objectId": reader.take(12).hex(), "secret": reader.take(32).hex()}
    row["createdAt"] = reader.time()
    status, flags = reader.number(1), reader.number(1)
    require(status in (1, 2, 3) and flags <= 15, "status 1 to 3, flags 1, 2, 4 and 8")
    row["status"] = ("created", "active", "ended")[status - 1]
    row["appointment"] = reader.take(12).hex() if flags & 1 else None
    row["startedAt"] = reader.time() if flags & 2 else None
    row["endedAt"] = reader.time() if flags & 4 else None
    row["reopened"] = {"at": reader.time(), "openBefore": reader.time()} if flags & 8 else None
    count = reader.number(1)
    require(count <= 64, "at most 64 participants")
    row["participants"] = [{"user": reader.user(), "role": reader.role()} for _ in range(count)]
    reader.end()
    return row


def extension_of(core, kind):
    return next((bytes.fromhex(extension["value"]) for extension in core["extensions"] if extension["type"] == kind), None)


def bytes8(text):
    data = text.encode()
    return bytes([len(data)]) + data


def key_of(session, sender, client_message_id):
    return hmac.digest(bytes.fromhex(session["secret"]), bytes8(sender) + client_message_id.encode(), "sha256")[:16]


class Log:
    """Follows a log from its genesis, and counts by itself the figures that trailers must hold."""

    def __init__(self, session):
        self.session = session
        self.digest = hashlib.sha256(b"parley2" + bytes8(session["id"])).digest()
        self.seq, self.timestamp = 0, 0
        self.texts, self.deleted, self.roles, self.sizes = {}, set(), [], {}

    def follow(self, core_bytes, entry):
        core, trailer = entry["core"], entry["trailer"]
        require(core["seq"] == self.seq + 1, f"seq {self.seq + 1}")
        require(core["timestamp"] >= self.timestamp, "a time not before its predecessor's")
        self.digest = hashlib.sha256(self.digest + core_bytes).digest()
        require(self.digest.hex() == trailer["digest"], "the digest of the chain")
        seconds, number, seq = core["id"][:8], core["id"][8:18], core["id"][18:]
        require(int(seconds, 16) == core["timestamp"] // 1000 and int(seq, 16) == core["seq"], "an id of time and seq")
        require(int(number, 16) == self.session["number"], "an id of this session")
        self.seq, self.timestamp = core["seq"], core["timestamp"]
        self.check_key(core, entry["body"])
        self.count(core, entry["body"], trailer)

    def check_key(self, core, body):
        if body is None:
            return
        wanted = bytes(16)
        if body["clientMessageId"]:
            wanted = key_of(self.session, core["sender"], body["clientMessageId"])
        require(core["key"] == wanted.hex(), "the key of sender and client message id")

    def count(self, core, body, trailer):
        if core["kind"] == 3:
            self.texts[core["seq"]] = (core["timestamp"], core["senderRole"])
            if core["senderRole"] not in self.roles:
                self.roles.append(core["senderRole"])
            self.sizes[core["seq"]] = None if body is None else len(body["text"])
        if core["kind"] == 4:
            target = int.from_bytes(extension_of(core, 1), "big")
            require(target in self.texts and target not in self.deleted, "a deletion of a live text")
            self.deleted.add(target)
        live = [seq for seq in self.texts if seq not in self.deleted]
        times = [self.texts[seq][0] for seq in live]
        require(trailer["textsEver"] == len(self.texts) and trailer["deletions"] == len(self.deleted), "texts and deletions counted")
        require(trailer["firstLiveText"] == (min(times) if times else None), "the first live text")
        require(trailer["lastLiveText"] == (max(times) if times else None), "the last live text")
        require([counter["role"] for counter in trailer["roles"]] == self.roles, "roles in order of first appearance")
        for counter in trailer["roles"]:
            self.check_counter(counter, [seq for seq in live if self.texts[seq][1] == counter["role"]])

    def check_counter(self, counter, live):
        require(counter["liveTexts"] == len(live), "live texts of a role")
        if all(self.sizes[seq] is not None for seq in live):  # the size of an emptied body is unknown
            require(counter["liveCodePoints"] == sum(self.sizes[seq] for seq in live), "live code points of a role")


def check_vectors(vectors):
    """Yields each difference as a line."""
    log = Log(vectors["session"])
    if log.digest.hex() != vectors["genesis"]:
        yield "genesis: another digest"
    for vector in vectors["entries"]:
        try:
            core_bytes, entry = decode_entry(vector["seq"], bytes.fromhex(vector["record"]))
            log.follow(core_bytes, entry)
        except (Damaged, UnicodeDecodeError) as error:
            yield f"{vector['name']}: expected {error}"
            continue
        for part in ("core", "body", "trailer"):
            if entry[part] != vector[part]:
                yield f"{vector['name']}: {part} decodes to {entry[part]}, the vector says {vector[part]}"
        if f"{log.seq}.{log.digest.hex()[:16]}" != vector["position"]:
            yield f"{vector['name']}: another position"
    for vector in vectors["sessionRows"]:
        try:
            if decode_session_row(bytes.fromhex(vector["bytes"])) != vector["row"]:
                yield f"row {vector['name']}: decodes to something else"
        except Damaged as error:
            yield f"row {vector['name']}: expected {error}"
    keys = [key_of(vectors["session"], vector["sender"], vector["clientMessageId"]).hex() for vector in vectors["keys"]]
    if keys != [vector["key"] for vector in vectors["keys"]] or len(set(keys)) != len(keys):
        yield "keys: another key, or one key for two sends"
    for vector in vectors["refused"]:
        try:
            decode_entry(vector["seq"], bytes.fromhex(vector["record"]))
            yield f"refused {vector['name']}: it was accepted"
        except Damaged as error:
            if vector["why"] not in str(error):
                yield f"refused {vector['name']}: for `{error}`, which does not name `{vector['why']}`"


def check_created(vectors):
    core_bytes, entry = decode_entry(1, bytes.fromhex(vectors["entries"][0]["record"]))
    row = decode_session_row(extension_of(entry["core"], 3))
    secret = next(attribute["value"] for attribute in entry["body"]["attributes"] if attribute["name"] == "secret")
    if row["secret"] != "00" * 32 or dict(row, secret=secret) != vectors["sessionRows"][0]["row"]:
        yield "created: its row and secret are not those of the session"
    if bytes.fromhex(secret) in core_bytes:
        yield "created: the secret is in the core"


def self_test(vectors):
    """Finds every flipped byte of every record, and a missing and a repeated entry."""
    for vector in vectors["entries"]:
        record = bytes.fromhex(vector["record"])
        for offset in range(len(record)):
            damaged = record[:offset] + bytes([record[offset] ^ 0x41]) + record[offset + 1:]
            try:
                decode_entry(vector["seq"], damaged)
                yield f"{vector['name']}: byte {offset} was changed and nobody noticed"
            except (Damaged, UnicodeDecodeError):
                pass
    for index in range(len(vectors["entries"]) - 1):
        entries = vectors["entries"][:index] + vectors["entries"][index + 1:]
        if not list(check_vectors(dict(vectors, entries=entries))):
            yield f"entry {index + 1} was taken out and nobody noticed"
    changed = [dict(vector) for vector in vectors["entries"]]
    changed[2] = dict(changed[2], trailer=dict(changed[2]["trailer"], textsEver=9))
    if not list(check_vectors(dict(vectors, entries=changed))):
        yield "a vector says something else and nobody noticed"


def main(arguments):
    is_self_test = arguments[:1] == ["--self-test"]
    with open(arguments[-1], encoding="utf-8") as file:
        vectors = json.load(file)
    found = list(self_test(vectors)) if is_self_test else [*check_vectors(vectors), *check_created(vectors)]
    names = {vector["name"] for vector in vectors["entries"]}
    for name in ("plain", "deleted_text", "erased_text", "late", "adopted_text", "unknown_kind", "reopened", "interpreted"):
        if name not in names:
            found.append(f"there is no vector `{name}`")
    total = len(vectors["entries"]) + len(vectors["sessionRows"]) + len(vectors["keys"]) + len(vectors["refused"])
    print("\n".join(found) or f"{total} vectors and the chain through them agree")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
