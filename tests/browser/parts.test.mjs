// The parts of the demo page that need no browser.
import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import { describe, test } from 'node:test';
import { displayName, identityFromFragment, newMessageId } from '../../web/demo/identity.js';
import { partsOf } from '../../web/demo/links.js';
import { Outbox } from '../../web/demo/outbox.js';
import { Presence } from '../../web/demo/presence.js';
import { keepLink, keptLink, reasonOfRefusal, withoutIdentity } from '../../web/demo/refusal.js';
import { lifeIn, Timeline } from '../../web/demo/timeline.js';
import { person, sign } from '../clients/javascript/harness/token.mjs';

// Browsers and Node 19 have it as a global. Debian 12 has Node 18.
globalThis.crypto ??= webcrypto;

const event = (seq, more = {}) => ({
  id: `${'a'.repeat(18)}${String(seq).padStart(6, '0')}`, senderId: 'me', senderRole: 'doctor', message: `text ${seq}`, timestamp: '2026-01-01T00:00:00.000Z', seq, ...more,
});
const stored = (seq, more = {}) => {
  const { id, ...rest } = event(seq, more);
  return { ...rest, _id: id, senderId: { _id: 'me' } };
};

describe('the timeline', () => {
  test('orders by seq, whatever comes first, and keeps one of each', () => {
    const timeline = new Timeline();
    timeline.merge([event(5), event(3)]);
    assert.equal(timeline.merge([stored(4), stored(5), stored(3)]).length, 1);
    assert.deepEqual(timeline.messages().map((message) => message.seq), [3, 4, 5]);
    assert.equal(timeline.highestSeq(), 5);
  });

  test('an old page does not bring back what was deleted', () => {
    const timeline = new Timeline();
    timeline.merge([event(1)]);
    assert.equal(timeline.remove(event(1).id, 'me'), true);
    assert.equal(timeline.remove(event(1).id, 'me'), false);
    timeline.merge([stored(1)]);
    assert.deepEqual(timeline.messages().map((message) => [message.deleted, message.text]), [[true, '']]);
  });

  test('a stretch of the log: texts, what was deleted before, what is deleted in it, and entries of other kinds', () => {
    const timeline = new Timeline();
    timeline.merge([event(3)]);
    const fresh = timeline.take([
      { kind: 'created', seq: 1, participants: [] },
      { kind: 'text', ...event(2, { message: undefined, deleted: true }) },
      { kind: 'text', ...event(3) },
      { kind: 'text', ...event(4) },
      { kind: 'deleted', seq: 5, id: event(3).id, deletedBy: 'me' },
    ]);
    assert.deepEqual(fresh.map((message) => message.seq), [2, 4]);
    assert.deepEqual(timeline.messages().map(({ seq, deleted, text }) => [seq, deleted, text]), [[2, true, ''], [3, true, ''], [4, false, 'text 4']]);
  });

  test('another history takes the place of the one that was shown', () => {
    const timeline = new Timeline();
    timeline.merge([event(1)]);
    timeline.note('somebody joined');
    timeline.clear();
    timeline.take([{ kind: 'text', ...event(2) }]);
    assert.deepEqual(timeline.rows().map((row) => row.seq), [2]);
  });

  test('a stretch of the log tells whether the session has started, ended or gone on', () => {
    const joined = { kind: 'participant', change: 'firstJoin', userId: 'me' };
    const [ended, reopened] = [{ kind: 'ended', endedBy: 'me' }, { kind: 'reopened', reopenedBy: 'me' }];
    assert.deepEqual(lifeIn([{ kind: 'created' }, { kind: 'participant', change: 'added' }]), { started: false, turn: undefined });
    assert.deepEqual(lifeIn([joined, ended]), { started: true, turn: ended });
    assert.deepEqual(lifeIn([ended, reopened, { kind: 'text' }]), { started: false, turn: reopened });
  });

  test('a note stands after what was newest when it came', () => {
    const timeline = new Timeline();
    timeline.merge([event(1)]);
    timeline.note('somebody joined');
    timeline.merge([event(2)]);
    assert.deepEqual(timeline.rows().map((row) => row.kind), ['message', 'note', 'message']);
  });
});

describe('the outbox', () => {
  const storage = () => {
    const kept = new Map();
    return { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value) };
  };

  test('is first in, first out, and a refused one stands aside', () => {
    const outbox = new Outbox('k', storage());
    outbox.add({ clientMessageId: 'a', text: '1', at: 1 });
    outbox.add({ clientMessageId: 'b', text: '2', at: 2 });
    assert.equal(outbox.next().clientMessageId, 'a');
    outbox.mark('a', 'failed', 'why');
    assert.equal(outbox.next().clientMessageId, 'b');
    outbox.mark('a', 'waiting');
    assert.equal(outbox.next().clientMessageId, 'a');
    outbox.remove('a');
    outbox.remove('b');
    assert.equal(outbox.next(), undefined);
  });

  test('survives a reload, and what was being sent waits again', () => {
    const kept = storage();
    const outbox = new Outbox('k', kept);
    outbox.add({ clientMessageId: 'a', text: '1', at: 1 });
    outbox.mark('a', 'sending');
    assert.deepEqual(new Outbox('k', kept).items.map((item) => [item.clientMessageId, item.state]), [['a', 'waiting']]);
    assert.deepEqual(new Outbox('another', kept).items, []);
  });

  test('lives without storage too', () => {
    const refusing = { getItem: () => { throw new Error(); }, setItem: () => { throw new Error(); } };
    const outbox = new Outbox('k', refusing);
    outbox.add({ clientMessageId: 'a', text: '1', at: 1 });
    assert.equal(outbox.next().text, '1');
  });
});

describe('presence', () => {
  const start = (members) => {
    const notes = [];
    const presence = new Presence('me', ({ userId, note }) => note && notes.push(`${userId} ${note}`));
    if (members) presence.reset(members);
    return { presence, notes };
  };

  test('counts the sockets of the other side', () => {
    const { presence, notes } = start();
    assert.equal(presence.stateOf('you'), 'unknown');
    presence.reset([]);
    assert.equal(presence.stateOf('you'), 'away');
    presence.joined('you');
    presence.joined('you');
    presence.left('you');
    assert.equal(presence.stateOf('you'), 'here');
    presence.left('you');
    assert.equal(presence.stateOf('you'), 'away');
    assert.deepEqual(notes, ['you joined']);
    presence.unknown();
    assert.equal(presence.stateOf('you'), 'unknown');
  });

  test('is of each user: neither other tabs of one\'s own nor a third person count as the other side', () => {
    const { presence, notes } = start([{ userId: 'me', sockets: 2 }, { userId: 'third', sockets: 1 }]);
    assert.equal(presence.stateOf('you'), 'away');
    presence.joined('me');
    presence.joined('third');
    presence.left('me');
    assert.equal(presence.stateOf('you'), 'away');
    presence.left('third');
    assert.equal(presence.stateOf('third'), 'here');
    presence.joined('you');
    assert.equal(presence.stateOf('you'), 'here');
    assert.deepEqual(notes, ['you joined']);
  });

  test('a user who was there with two tabs is here until both have gone', () => {
    const { presence } = start([{ userId: 'you', sockets: 2 }]);
    presence.left('you');
    assert.equal(presence.stateOf('you'), 'here');
    presence.left('you');
    assert.equal(presence.stateOf('you'), 'away');
    presence.reset([{ userId: 'you', sockets: 1 }]);  // after a reconnect the count starts again
    assert.equal(presence.stateOf('you'), 'here');
    presence.unknown();
  });
});

describe('web addresses in a text', () => {
  const links = (text) => partsOf(text).filter(({ href }) => href).map((part) => part.text);
  const cases = {
    'see https://a.example/x?y=(1). ok': ['https://a.example/x?y=(1)'],
    '(https://a.example/wiki/A_(b))': ['https://a.example/wiki/A_(b)'],
    'HTTP://EXAMPLE.org! and http://b.example:8080/#top, both': ['HTTP://EXAMPLE.org', 'http://b.example:8080/#top'],
    'https://ü.example/ä': ['https://ü.example/ä'],
    '<a href="https://e.example" onclick="x()">x</a>': ['https://e.example'],
    'javascript:alert(1) data:text/html,x vbscript:x file:///etc/passwd ftp://a.example mailto:a@b.example': [],
    'xhttps://a.example javascript:alert("https:x")': [],
    'https:// http://? https://[ https://user:password@b.example https://bank.example@b.example': [],
    'https://a.example/\u202egpj.exe https://a.example\u2066x': ['https://a.example/', 'https://a.example'],
    'no link at all': [],
    '': [],
  };
  for (const [text, found] of Object.entries(cases)) {
    test(JSON.stringify(text), () => {
      assert.deepEqual(links(text), found);
      assert.equal(partsOf(text).map((part) => part.text).join(''), text, 'the parts are the text');
      for (const { href } of partsOf(text)) assert.ok(href === undefined || /^https?:\/\/[^@]+$/.test(href), href);
    });
  }

  test('ten thousand characters of anything are taken in one go', () => {
    for (const text of ['https://a.example/'.repeat(555), `https://a.example/${')'.repeat(9_900)}`, 'http://'.repeat(1_400), 'x'.repeat(10_000)]) {
      assert.equal(partsOf(text).map((part) => part.text).join(''), text);
    }
  });
});

describe('a link that opens nothing', () => {
  const storage = () => {
    const kept = new Map();
    return { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value) };
  };

  test('says what to do', () => {
    assert.match(reasonOfRefusal('Not authorized, token invalid').steps.join(), /expired.*parley demo/);
    assert.match(reasonOfRefusal('Invalid authentication token').steps.join(), /expired.*parley demo/);
    assert.match(reasonOfRefusal('Session not found').steps.join(), /whole link.*parley demo/);
    assert.match(reasonOfRefusal('Unauthorized access to session').steps.join(), /does not take part.*parley demo/);
    assert.match(reasonOfRefusal('Anything else').steps.join(), /Try again.*parley demo/);
    assert.match(withoutIdentity().steps.join(), /parley demo/);
  });

  test('leads back to the one that did', () => {
    const tab = storage();
    assert.equal(keptLink({ hash: '' }, tab), '');
    keepLink({ hash: '#good' }, tab);
    assert.equal(keptLink({ hash: '#bad' }, tab), '#good');
    assert.equal(keptLink({ hash: '#good' }, tab), '', 'the link that has just failed is no way back');
    const forbidden = { getItem: () => { throw new Error(); }, setItem: () => { throw new Error(); } };
    keepLink({ hash: '#good' }, forbidden);
    assert.equal(keptLink({ hash: '#bad' }, forbidden), '');
  });
});

describe('identity', () => {
  test('comes from the fragment', () => {
    const doctor = person('doctor', { name: 'Dr. Zoë' });
    const identity = identityFromFragment(`#token=${doctor.token}&session=s-1`);
    assert.deepEqual([identity.user.id, identity.user.name, identity.session], [doctor.id, 'Dr. Zoë', 's-1']);
  });

  test('has ids of any kind, as the server answers them', () => {
    const session = `it's "7"/ä & 100% +#`;
    const of = (claims) => identityFromFragment(`#token=${sign({ role: 'doctor', ...claims })}&session=${encodeURIComponent(session)}`);
    assert.deepEqual([of({ id: 'auth0|é' }).user.id, of({ id: 'x' }).session], ['auth0|é', session]);
    assert.equal(of({ id: 'ABCDEFABCDEFABCDEFABCDEF' }).user.id, 'abcdefabcdefabcdefabcdef');
    assert.equal(of({ sub: 'user-7' }).user.id, 'user-7');
  });

  for (const fragment of ['', '#', '#token=x&session=s', '#session=s', '#token=a.b.c&session=s', `#token=x.${btoa('{}')}.y&session=s`]) {
    test(`is refused from ${fragment || 'nothing'}`, () => assert.equal(identityFromFragment(fragment), null));
  }

  test('ids are 128 random bits', () => {
    assert.match(newMessageId(), /^[0-9a-f]{32}$/);
    assert.notEqual(newMessageId(), newMessageId());
  });

  test('the best name there is', () => {
    assert.equal(displayName({ name: 'N', email: 'e', role: 'doctor' }), 'N');
    assert.equal(displayName({ email: 'e' }), 'e');
    assert.equal(displayName({ role: 'patient' }), 'Patient');
    assert.equal(displayName({ _id: 'abcdef' }), 'User cdef');
    assert.equal(displayName(null), 'Someone');
  });
});
