"""Tells schemathesis the facts that the document lacks: the permissions of each user, and the ids that exist.

Loaded by schemathesis (SCHEMATHESIS_HOOKS). Well-formed ids are replaced by existing ones four times of five; ill-formed
ones are left as they are. Nothing is filtered from the server's answers. At the end the answers of each operation are written
to PARLEY_ANSWERS, so that the runner can tell which operation never succeeded.
"""

import atexit
import collections
import json
import os
import pathlib
import sys
import urllib.parse

import schemathesis

sys.path[:0] = [str(pathlib.Path(__file__).parent), str(pathlib.Path(__file__).parents[1] / "clients/python")]
from documents import undocumented  # noqa: E402
from world import OID, World, is_id  # noqa: E402

world = World(os.environ["PARLEY_ORIGIN"])
turns = collections.Counter()
answers = collections.defaultdict(collections.Counter)
extra = set()
document = json.loads(pathlib.Path(os.environ["PARLEY_DOCUMENT"]).read_text())

ROLES = {"admin": ["admin", "admin", "admin", "doctor"], "createSession": ["doctor", "doctor", "doctor", "patient"],
         "endSession": ["doctor", "doctor", "doctor", "admin"], "deleteMessage": ["doctor", "admin", "doctor", "patient"],
         "reopenSession": ["doctor", "doctor", "admin", "patient"]}
ANY = ["doctor", "patient", "doctor", "patient", "admin"]


def name_of(operation):
    return operation.definition.raw["operationId"]


def turn(*key):
    turns[key] += 1
    return turns[key] - 1


@schemathesis.auth(refresh_interval=None)
class Token:
    def get(self, case, _context):
        name, tags = name_of(case.operation), case.operation.definition.raw["tags"]
        if name == "logout":
            return world.use_up_token()
        roles = ROLES.get(name) or (ROLES["admin"] if "admin" in tags else ANY)
        return world.token(roles[turn("role", name) % len(roles)])

    def set(self, case, token, _context):
        case.headers["Authorization"] = f"Bearer {token}"


@schemathesis.hook
def before_call(context, case, kwargs):
    name = name_of(case.operation)
    for values in (case.path_parameters, case.body):
        if isinstance(values, dict):
            supply_ids(name, values)
    if isinstance(case.body, dict):
        mend_body(case)


def supply_ids(name, values):
    session, message = values.get("sessionId"), values.get("messageId")
    stay_unknown = turn("unknown", name) % 5 == 4
    if name != "createSession" and is_id(session) and is_id(urllib.parse.unquote(session)) and (not stay_unknown or session in world.seen):
        if name == "endSession":
            values["sessionId"] = world.use_up_session()
        elif name == "reopenSession":
            values["sessionId"] = world.use_up_ended_session()
        elif session not in world.open:
            values["sessionId"] = world.session
    if isinstance(message, str) and OID.fullmatch(message) and not stay_unknown:
        values["messageId"] = world.use_up_message()


def mend_body(case):
    """JSON Schema counts code points, but the contract counts UTF-16 units and bytes. It also cannot say that two fields must agree."""
    text, key = case.body.get("message"), case.body.get("clientMessageId")
    if isinstance(text, str) and len(text) <= 1000 < len(text.encode("utf-16-le", "surrogatepass")) // 2:
        case.body["message"] = text[:500]
    if isinstance(key, str) and len(key) <= 64 < len(key.encode("utf-8", "surrogatepass")):
        case.body["clientMessageId"] = key[:16]
    for name in ("patientId", "sessionId"):
        given = case.body.get(name)
        if isinstance(given, str) and given and not is_id(given):
            case.body[name] = "".join(character for character in given if is_id(character))[:16] or given
    if key and case.headers and case.headers.get("Idempotency-Key", key) != key:
        del case.headers["Idempotency-Key"]


@schemathesis.hook
def after_call(context, case, response):
    name = name_of(case.operation)
    if response.request.method.lower() == case.operation.method.lower():  # coverage tries other methods as well
        answers[name][response.status_code] += 1
        note_extra(case, response)
    if name == "endSession":
        world.open.discard(case.path_parameters.get("sessionId"))
    if name == "createSession" and response.status_code == 201:
        session = response.json()["session"]["sessionId"]
        world.open.add(session)
        world.seen.add(session)
    if name == "cleanUp" and response.status_code == 200:
        world.renew()


def note_extra(case, response):
    """Notes the keys of an answer that the document does not mention."""
    operation = document["paths"][case.operation.path][case.operation.method.lower()]
    content = operation["responses"].get(str(response.status_code), {}).get("content", {}).get("application/json")
    if content and response.content:
        extra.update(undocumented(document, content["schema"], response.json(), f"{name_of(case.operation)} {response.status_code}"))


@atexit.register
def write_answers():
    pathlib.Path(os.environ["PARLEY_ANSWERS"]).write_text(json.dumps({"statuses": answers, "extra": sorted(extra)}))
