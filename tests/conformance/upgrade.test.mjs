// Engine.IO protocol v4: the upgrade from long polling to WebSocket, and the compression of polling answers.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hasty, PollingSession, separator, Server, sleep, Socket } from './harness.mjs';
import { errors, isRefused, path, server } from './engineio.mjs';

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
