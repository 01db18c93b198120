#!/usr/bin/env python3
"""Writes the seeds of the record formats from docs/formats/entry-vectors.json, so that fuzzing starts from valid bytes."""
import json
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
SEEDS = ROOT / "tests/fuzz/seeds"


def write(target, name, data):
    folder = SEEDS / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)


vectors = json.loads((ROOT / "docs/formats/entry-vectors.json").read_text())
for vector in vectors["entries"]:
    record = bytes.fromhex(vector["record"])
    core_size, body_size = int.from_bytes(record[1:3], "big"), int.from_bytes(record[3:5], "big")
    body_begin, trailer_begin = 5 + core_size, 5 + core_size + body_size
    write("entry_record", vector["name"], record)
    write("entry_core", vector["name"], record[5:body_begin])
    write("entry_trailer", vector["name"], record[trailer_begin:])
    if body_size:
        write("entry_body", vector["name"], record[body_begin:trailer_begin])
for vector in vectors["refused"]:
    write("entry_record", "refused_" + vector["name"], bytes.fromhex(vector["record"]))
for vector in vectors["sessionRows"]:
    write("session_row", vector["name"], bytes.fromhex(vector["bytes"]))

TEXTS = {
    "plain": "Good morning", "emoji": "🙂" * 500, "too_long": "a" * 1001, "blank": " \t\r\n\u00a0\u2003\ufeff", "controls": "a\0b\x0bc\x7f\n",
    "html": "<script>alert(\"&\")</script>", "accents": "Grüße e\u0301 世界",
}
for name, text in TEXTS.items():
    write("message_text", name, text.encode())
for encoding in ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"]:
    write("unicode_text", encoding.replace("-", "_"), '{"a":"Grüße 🙂"}'.encode(encoding))
write("unicode_text", "lone_surrogate", '{"a":"\ud83d"}'.encode("utf-16-le", "surrogatepass"))
write("unicode_text", "half_a_unit", "{}".encode("utf-16-le") + b"x")
write("unicode_text", "beyond", b"\x00\x00\xfe\xff\x00\x11\x00\x00")
write("message_text", "broken", b"ok \xf0\x9f\x99 \xff\xed\xa0\x80")

JSON = {
    "lone": r'["\ud800","\uDFFF"]', "pair": r'{"message":"\ud83d\ude42"}', "escaped": r'"\\ud800\\\ud800"', "cut": r'"\ud8', "swapped": r'"\ude42\ud83d"',
    "high_high_low": r'"\ud83d\ud83d\ude42"',
}
for name, text in JSON.items():
    write("lone_surrogates", name, text.encode())

STUN_HEAD = "2112a442" + "b7e7a701bc34d686fa87dfae"
STUN = {  # RFC 5769, and an error answer of a TURN server
    "request": "00010058" + STUN_HEAD + "802200105354554e207465737420636c69656e74" + "002400046e0001ff" + "80290008932ff9b151263b36"
    + "000600096576746a3a68367659202020" + "000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2" + "80280004e57a3bcf",
    "ipv4": "0101003c" + STUN_HEAD + "8022000b7465737420766563746f7220" + "002000080001a147e112a643"
    + "000800142b91f599fd9e90c38c7489f92af9ba53f06be7d7" + "80280004c07d4c96",
    "ipv6": "01010048" + STUN_HEAD + "8022000b7465737420766563746f7220" + "002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9"
    + "00080014a382954e4be67bf11784c97c8292c275bfe3ed41" + "80280004c8fb0b4c",
    "unauthorized": "0113002c" + STUN_HEAD + "0009001000000401556e617574686f72697a6564" + "00140007" + b"example".hex() + "00" + "00150004" + b"abcd".hex(),
    "sticks_out": "00010008" + STUN_HEAD + "0020ffff00000000",
}
for name, data in STUN.items():
    write("stun_message", name, bytes.fromhex(data))
write("stun_message", "url_stun", b"stun:stun.l.google.com:19302")
write("stun_message", "url_turn", b"turns:[2001:db8::1]:443?transport=tcp")

BODIES = {
    "whole": '{"a":[1,-2.5e3,true,false,null,{"b":"c\\u00e9"}],"d":{}}', "bare_name": '{"a":"x",b:1}', "open_string": '{"a":"b', "open_object": '{"a":{"b":1}',
    "half_atom": '{"a":tru}', "comma": '[1,]', "long_number": '{"a":123456789012345678901234567890,"b":}', "behind": '{} x', "deep": "[" * 300,
}
for name, text in BODIES.items():
    write("json_body", name, text.encode())

SMALL = {
    "oid": "65a000000000000000000001", "uuid": "0b5e9d3c-52a1-4f0e-9c6d-3f1a7e2b4c58", "position": "42.9f86d081884c7d65", "date": "2024-02-29",
    "time": "2024-02-29T23:59:59.999Z", "offset": "2024-02-29T23:59:59.999999+05:30", "role": "doctor", "base64": "Zm9vYg==", "base64url": "-_-_", "hex": "DeadBEEF",
}
for name, text in SMALL.items():
    write("small_texts", name, text.encode())
