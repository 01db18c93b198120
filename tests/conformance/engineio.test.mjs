// Engine.IO protocol v4, section by section. `/engine.io/` echoes every message.
import assert from 'node:assert/strict';
import net from 'node:net';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import { PollingSession, request, separator, Server, sleep, Socket, hasty, transports, WebSocketSession, within } from './harness.mjs';

const path = '/engine.io/';
const maxPayload = 1_000_000;
let server;
before(async () => (server = await Server.start()));
after(() => server.stop());

const ask = (method, query, options) => request(server, method, `${path}${query}`, options);
const errors = {
  transport: { code: 0, message: 'Transport unknown' },
  sid: { code: 1, message: 'Session ID unknown' },
  method: { code: 2, message: 'Bad handshake method' },
  request: { code: 3, message: 'Bad request' },
  version: { code: 5, message: 'Unsupported protocol version' },
};

async function isRefused(answer, error) {
  const { status, headers, text } = await answer;
  assert.equal(status, 400, text);
  assert.equal(headers['content-type'], 'application/json');
  assert.deepEqual(JSON.parse(text), error);
}

describe('handshake', () => {
  for (const Session of transports) {
    test(`${Session.transport}: the open packet says the terms`, async () => {
      const session = await Session.open(server, path);
      assert.equal(session.openPacket[0], '0');
      const terms = JSON.parse(session.openPacket.slice(1));
      const upgrades = Session === PollingSession ? ['websocket'] : [];
      assert.deepEqual(terms, { sid: terms.sid, upgrades, pingInterval: 25_000, pingTimeout: 20_000, maxPayload });
      assert.match(terms.sid, /^[A-Za-z0-9_-]{20}$/);
      session.close();
    });
  }

  test('sids do not repeat', async () => {
    const sids = new Set();
    for (let index = 0; index < 100; ++index) sids.add((await PollingSession.open(server, path)).sid);
    assert.equal(sids.size, 100);
  });

  test('polling answers are plain UTF-8 text that nobody may store', async () => {
    const { headers } = await ask('GET', '?EIO=4&transport=polling');
    assert.equal(headers['content-type'], 'text/plain; charset=UTF-8');
    assert.equal(headers['cache-control'], 'no-store');
  });

  for (const [what, query, error] of [
    ['no transport', '?EIO=4', errors.transport],
    ['an unknown transport', '?EIO=4&transport=pigeon', errors.transport],
    ['a transport that only looks known', '?EIO=4&transport=Polling', errors.transport],
    ['no version', '?transport=polling', errors.version],
    ['version 3', '?EIO=3&transport=polling', errors.version],
    ['a version that is no number', '?EIO=abc&transport=polling', errors.version],
    ['websocket without an upgrade', '?EIO=4&transport=websocket', errors.request],
    ['an unknown sid', '?EIO=4&transport=polling&sid=nobody', errors.sid],
  ]) {
    test(`GET with ${what} is refused`, () => isRefused(ask('GET', query), error));
  }

  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
    test(`${method} opens no session`, () => isRefused(ask(method, '?EIO=4&transport=polling', { body: '' }), errors.method));
  }

  test('PUT with a sid is refused', async () => {
    const session = await PollingSession.open(server, path);
    await isRefused(request(server, 'PUT', session.target, { body: '4x' }), errors.request);
  });

  for (const query of ['?EIO=4', '?EIO=4&transport=abc', '?transport=websocket', '?EIO=3&transport=websocket', '?EIO=4&transport=websocket&sid=nobody']) {
    test(`a WebSocket with ${query} is refused`, () => new Socket(server, `${path}${query}`).whenClosed());
  }

  test('the path needs no closing slash', async () => {
    assert.equal((await request(server, 'GET', '/engine.io?EIO=4&transport=polling')).status, 200);
  });

  test('another path is not Engine.IO', async () => {
    assert.equal((await request(server, 'GET', '/engine.ionic/?EIO=4&transport=polling')).status, 404);
  });
});

describe('messages', () => {
  for (const Session of transports) {
    test(`${Session.transport}: text comes back`, async () => {
      const session = await Session.open(server, path);
      for (const text of ['hello', '', ' ', 'naïve Ω 漢字 👩‍⚕️', '\u0000\n\t', '2probe', 'b', 'x'.repeat(100_000)]) {
        await session.send(`4${text}`);
        assert.equal(await session.next(), `4${text}`);
      }
      session.close();
    });

    test(`${Session.transport}: binary comes back`, async () => {
      const session = await Session.open(server, path);
      for (const bytes of [Buffer.of(1, 2, 3, 4), Buffer.of(), Buffer.of(0, 255, 0x1e), Buffer.alloc(70_000, 7)]) {
        await session.send(bytes);
        assert.deepEqual(await session.next(), bytes);
      }
      session.close();
    });

    test(`${Session.transport}: many packets come back in order, text and binary mixed`, async () => {
      const session = await Session.open(server, path);
      const packets = Array.from({ length: 200 }, (_, index) => (index % 3 === 0 ? Buffer.from([index]) : `4m${index}`));
      await session.send(...packets);
      for (const packet of packets) assert.deepEqual(await session.next(), packet);
      session.close();
    });

    test(`${Session.transport}: at the payload limit it lives, beyond it ends`, async () => {
      const session = await Session.open(server, path);
      const largest = `4${'x'.repeat(maxPayload - 1)}`;
      await session.send(largest);
      assert.equal(await session.next(), largest);
      await session.send(`${largest}x`);
      await session.ended();
    });

    for (const bad of ['abc', '7', '-1', '{}', '']) {
      test(`${Session.transport}: '${bad}' is no packet and ends the session`, async () => {
        const session = await Session.open(server, path);
        await session.send(bad);
        await session.ended();
      });
    }

    test(`${Session.transport}: a ping from the client ends the session`, async () => {
      const session = await Session.open(server, path);
      await session.send('2');
      await session.ended();
    });

    test(`${Session.transport}: packets that mean nothing to a server are ignored`, async () => {
      const session = await Session.open(server, path);
      await session.send('0', '5', '6', '4still here');
      assert.equal(await session.next(), '4still here');
      session.close();
    });
  }
});

describe('long polling', () => {
  test('POST answers ok, as HTML for old browsers', async () => {
    const session = await PollingSession.open(server, path);
    const answer = await session.post('4hello');
    assert.deepEqual([answer.status, answer.text, answer.headers['content-type']], [200, 'ok', 'text/html']);
  });

  test('packets of one POST are joined by 0x1e in one poll', async () => {
    const session = await PollingSession.open(server, path);
    await session.post(['4a', 'bAQIDBA==', '4', '4c'].join(separator));
    assert.equal((await session.poll()).text, ['4a', 'bAQIDBA==', '4', '4c'].join(separator));
  });

  test('packets of several POSTs wait for one poll, in order', async () => {
    const session = await PollingSession.open(server, path);
    for (const text of ['4a', '4b', '4c']) await session.post(text);
    assert.equal((await session.poll()).text, ['4a', '4b', '4c'].join(separator));
  });

  test('a poll hangs until there is something to say', async () => {
    const session = await PollingSession.open(server, path);
    const poll = session.poll();
    await sleep(50);
    await session.post('4now');
    assert.equal((await poll).text, '4now');
  });

  test('a connection is kept alive for many polls', async () => {
    const session = await PollingSession.open(server, path);
    const socket = net.connect(server.port, '127.0.0.1');
    for (let round = 0; round < 5; ++round) {
      await session.post(`4${round}`);
      socket.write(`GET ${session.target} HTTP/1.1\r\nHost: x\r\n\r\n`);
      const [data] = await within(once(socket, 'data'), 'a poll');
      assert.ok(data.toString().endsWith(`\r\n\r\n4${round}`), data.toString());
    }
    socket.destroy();
  });

  test('nothing of a POST with one bad packet is taken', async () => {
    const session = await PollingSession.open(server, path);
    const poll = session.poll();
    assert.equal((await session.post(`4good${separator}bad`)).status, 400);
    assert.equal((await poll).text, '1');
    await session.ended();
  });

  test('base64 that is none ends the session', async () => {
    const session = await PollingSession.open(server, path);
    assert.equal((await session.post('b*')).status, 400);
    await session.ended();
  });

  test('a binary POST is refused', async () => {
    const session = await PollingSession.open(server, path);
    assert.equal((await session.post(Buffer.of(4, 1), { headers: { 'content-type': 'application/octet-stream' } })).status, 400);
    await session.ended();
  });

  test('two polls at once end the session', async () => {
    const session = await PollingSession.open(server, path);
    const first = session.poll();
    await sleep(30);
    assert.equal((await session.poll()).status, 400);
    assert.deepEqual([(await first).status, (await first).text], [200, '1']);
    await isRefused(session.poll(), errors.sid);
  });

  test('a poll that the client gives up ends the session', async () => {
    const session = await PollingSession.open(server, path);
    const abort = new AbortController();
    const poll = session.poll({ signal: abort.signal }).catch(() => 'aborted');
    await sleep(50);
    abort.abort();
    assert.equal(await poll, 'aborted');
    await session.ended();
  });

  test('an answer above the payload limit is still whole', async () => {
    const session = await PollingSession.open(server, path);
    const part = `4${'x'.repeat(600_000)}`;
    await session.post(part);
    await session.post(part);
    assert.equal((await session.poll()).text, part + separator + part);
  });
});

describe('heartbeat', () => {
  let quick;
  before(async () => (quick = await Server.start(hasty)));
  after(() => quick.stop());

  for (const Session of transports) {
    test(`${Session.transport}: the server pings at its interval while it is answered`, async () => {
      const session = await Session.open(quick, path);
      session.answerPings = false;
      const start = performance.now();
      for (let round = 1; round <= 3; ++round) {
        assert.equal(await session.next(), '2');
        assert.ok(performance.now() - start >= round * hasty.pingInterval - 20, `ping ${round} came early`);
        await session.send('3');
      }
      session.close();
    });

    test(`${Session.transport}: without an answer the session ends`, async () => {
      const session = await Session.open(quick, path);
      session.answerPings = false;
      assert.equal(await session.next(), '2');
      await session.ended();
    });

    test(`${Session.transport}: a session that never answers has the interval and the timeout to live`, async () => {
      const session = await Session.open(quick, path);
      session.answerPings = false;
      if (session.poll) await sleep(hasty.pingInterval + hasty.pingTimeout);
      else await session.ended();
      if (session.poll) assert.equal((await session.poll()).status, 400);
    });

    test(`${Session.transport}: messages do not stand in for a pong`, async () => {
      const session = await Session.open(quick, path);
      session.answerPings = false;
      assert.equal(await session.next(), '2');
      await session.send('4hello');
      assert.equal(await session.next(), '4hello');
      await session.ended();
    });
  }
});

describe('close', () => {
  test('polling: a hanging poll is released with a noop', async () => {
    const session = await PollingSession.open(server, path);
    const poll = session.poll();
    await sleep(30);
    assert.equal((await session.post('1')).text, 'ok');
    assert.equal((await poll).text, '6');
    await isRefused(session.poll(), errors.sid);
  });

  test('polling: what follows the close packet is not taken', async () => {
    const session = await PollingSession.open(server, path);
    await session.post(`4before${separator}1${separator}4after`);
    assert.equal((await session.poll()).text, '6');
    await isRefused(session.poll(), errors.sid);
  });

  test('polling: a poll that the close packet overtook on its way is released too, once, and nothing else is taken', async () => {
    const session = await PollingSession.open(server, path);
    await session.post('1');
    await isRefused(session.post('4late'), errors.sid);
    const poll = await session.poll();
    assert.deepEqual([poll.status, poll.text], [200, '6']);
    await isRefused(session.poll(), errors.sid);
  });

  test('polling: the place of a client that said goodbye is kept for a poll under way, not for long', async () => {
    const session = await PollingSession.open(server, path);
    await session.post('1');
    await sleep(1500);
    await isRefused(session.poll(), errors.sid);
  });

  test('websocket: the connection closes', async () => {
    const session = await WebSocketSession.open(server, path);
    await session.send('1');
    await session.ended();
  });

  test('websocket: a client that closes WebSocket in order is closed in order', async () => {
    const session = await WebSocketSession.open(server, path);
    session.socket.socket.close(1000);
    assert.equal(await session.socket.whenClosed(), 1000);
  });
});

describe('upgrade', () => {
  async function probe() {
    const session = await PollingSession.open(server, path);
    const socket = new Socket(server, `${path}?EIO=4&transport=websocket&sid=${session.sid}`);
    await socket.opened;
    socket.send('2probe');
    assert.equal(await socket.next(), '3probe');
    return { session, socket };
  }

  test('polls are released while the client switches, then messages go by WebSocket', async () => {
    const { session, socket } = await probe();
    assert.equal((await session.poll()).text, '6');
    socket.send('5');
    socket.send('4hello');
    assert.equal(await socket.next(), '4hello');
    socket.cut();
  });

  test('a poll that hangs when the probe comes is released', async () => {
    const session = await PollingSession.open(server, path);
    const poll = session.poll();
    await sleep(30);
    const socket = new Socket(server, `${path}?EIO=4&transport=websocket&sid=${session.sid}`);
    await socket.opened;
    socket.send('2probe');
    assert.equal(await socket.next(), '3probe');
    assert.equal((await poll).text, '6');
    socket.cut();
  });

  test('what was queued for a poll arrives by WebSocket, before what follows', async () => {
    const { session, socket } = await probe();
    await session.post(`4one${separator}4two`);
    socket.send('5');
    socket.send('4three');
    for (const expected of ['4one', '4two', '4three']) assert.equal(await socket.next(), expected);
    socket.cut();
  });

  test('under load nothing is lost, doubled or reordered', async () => {
    const session = await PollingSession.open(server, path);
    const seen = [];
    let sent = 0;
    const socket = new Socket(server, `${path}?EIO=4&transport=websocket&sid=${session.sid}`);
    await socket.opened;
    const post = async () => assert.equal((await session.post(Array.from({ length: 20 }, () => `4${sent++}`).join(separator))).text, 'ok');
    const poll = async () => {
      const packets = (await session.poll()).text.split(separator);
      seen.push(...packets.filter((packet) => packet[0] === '4'));
      return packets;
    };
    for (let round = 0; round < 10; ++round) {
      await post();
      await poll();
    }
    await post();
    socket.send('2probe');
    await post();
    assert.equal(await socket.next(), '3probe');
    await poll();
    await post();
    socket.send('5');
    for (let round = 0; round < 20; ++round) socket.send(`4${sent++}`);
    while (seen.length < sent) seen.push(await socket.next());
    assert.deepEqual(seen, Array.from({ length: sent }, (_, index) => `4${index}`));
    socket.cut();
  });

  test('afterwards polling with that sid is refused and the session lives', async () => {
    const { session, socket } = await probe();
    socket.send('5');
    socket.send('4switched');
    assert.equal(await socket.next(), '4switched');
    await isRefused(session.poll(), errors.request);
    await isRefused(session.post('4x'), errors.request);
    socket.send('4hello');
    assert.equal(await socket.next(), '4hello');
    socket.cut();
  });

  test('a second WebSocket of the session is closed, the first lives', async () => {
    const { session, socket } = await probe();
    const second = new Socket(server, `${path}?EIO=4&transport=websocket&sid=${session.sid}`);
    await second.whenClosed();
    socket.send('5');
    const third = new Socket(server, `${path}?EIO=4&transport=websocket&sid=${session.sid}`);
    await third.whenClosed();
    socket.send('4hello');
    assert.equal(await socket.next(), '4hello');
    socket.cut();
  });

  for (const [what, act] of [
    ['says something else than a probe', (socket) => socket.send('4hello')],
    ['asks to switch without a probe', (socket) => socket.send('5')],
    ['sends a binary frame', (socket) => socket.send(Buffer.of(1))],
    ['is cut', (socket) => socket.cut()],
  ]) {
    test(`a candidate that ${what} is dropped, and polling goes on`, async () => {
      const session = await PollingSession.open(server, path);
      const socket = new Socket(server, `${path}?EIO=4&transport=websocket&sid=${session.sid}`);
      await socket.opened;
      act(socket);
      await socket.whenClosed();
      await session.send('4still polling');
      assert.equal(await session.next(), '4still polling');
    });
  }

  test('after a failed attempt another one succeeds', async () => {
    const { session, socket } = await probe();
    socket.cut();
    await socket.whenClosed();
    await session.send('4between');
    assert.equal(await session.next(), '4between');
    const second = new Socket(server, `${path}?EIO=4&transport=websocket&sid=${session.sid}`);
    await second.opened;
    second.send('2probe');
    assert.equal(await second.next(), '3probe');
    second.send('5');
    second.send('4hello');
    assert.equal(await second.next(), '4hello');
    second.cut();
  });

  test('heartbeats go on after the upgrade', async () => {
    const quick = await Server.start(hasty);
    const session = await PollingSession.open(quick, path);
    const socket = new Socket(quick, `${path}?EIO=4&transport=websocket&sid=${session.sid}`);
    await socket.opened;
    socket.send('2probe');
    assert.equal(await socket.next(), '3probe');
    socket.send('5');
    for (let round = 0; round < 2; ++round) {
      assert.equal(await socket.next(), '2');
      socket.send('3');
    }
    await socket.whenClosed(); // the server does not answer the third
    await quick.stop();
  });
});

describe('compression of polling answers', () => {
  const text = `4${'abc'.repeat(2000)}`;
  async function pollWith(acceptEncoding, message = text) {
    const session = await PollingSession.open(server, path);
    await session.send(message);
    const answer = await fetch(`http://127.0.0.1:${server.port}${session.target}`, { headers: { 'accept-encoding': acceptEncoding } });
    return { coding: answer.headers.get('content-encoding'), bytes: Number(answer.headers.get('content-length')), body: await answer.text() };
  }

  for (const coding of ['gzip', 'deflate']) {
    test(`${coding}, for a client that takes it`, async () => {
      const answer = await pollWith(`br;q=1, ${coding};q=0.9`);
      assert.deepEqual([answer.coding, answer.body], [coding, text]);
      assert.ok(answer.bytes < text.length / 10, `${answer.bytes} bytes`);
    });
  }

  test('not for one that does not, and not of small answers', async () => {
    assert.deepEqual(await pollWith('identity'), { coding: null, bytes: text.length, body: text });
    assert.deepEqual(await pollWith('gzip;q=0, deflate;q=0'), { coding: null, bytes: text.length, body: text });
    const small = `4${'a'.repeat(1022)}`;
    assert.deepEqual(await pollWith('gzip', small), { coding: null, bytes: 1023, body: small });
    assert.equal((await pollWith('gzip', `${small}a`)).coding, 'gzip');
  });
});
