// The parts of the demo page that need no browser.
import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import { describe, test } from 'node:test';
import { displayName, identityFromFragment, newMessageId } from '../../web/demo/identity.js';
import { Outbox } from '../../web/demo/outbox.js';
import { Presence } from '../../web/demo/presence.js';
import { Timeline } from '../../web/demo/timeline.js';
import { person, sign } from '../clients/javascript/harness/token.mjs';

// A browser has it as a global, and so has Node from 19 on; Debian 12 has 18.
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
  test('counts the connections of the other side', () => {
    const notes = [];
    const presence = new Presence('me', ({ note }) => notes.push(note));
    assert.equal(presence.state, 'unknown');
    presence.reset(0);
    assert.equal(presence.state, 'away');
    presence.joined('me');
    assert.equal(presence.state, 'away');
    presence.joined('you');
    presence.joined('you');
    presence.left('you');
    assert.equal(presence.state, 'here');
    presence.left('you');
    assert.equal(presence.state, 'away');
    assert.deepEqual(notes.filter(Boolean), ['joined']);
    presence.unknown();
    assert.equal(presence.state, 'unknown');
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
