// Socket.IO protocol v5, over both transports. `/socket.io/` serves the namespaces `/` and `/custom`. On connect the server sends `auth` with the
// payload of CONNECT. `message` returns as `message-back`, and `message-with-ack` is acknowledged, each with its arguments.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Server, transports } from './harness.mjs';

const path = '/socket.io/';
let server;
before(async () => (server = await Server.start()));
after(() => server.stop());

for (const Session of transports) {
  describe(`over ${Session.transport}`, () => {
    const open = () => Session.open(server, path);
    async function join(connect = '40') {
      const session = await open();
      await session.send(connect);
      session.connectReply = await session.next();
      session.auth = await session.next();
      return session;
    }
    const placeholder = (num) => ({ _placeholder: true, num });

    describe('volatile events', () => {
      test('reach a client that listens', async () => {
        const session = await join();
        const heard = session.next();
        let settled = false;
        heard.catch(() => {}).finally(() => (settled = true));
        // A volatile event reaches only a poll that is already waiting, and nothing tells when it is. So the test sends it until it arrives.
        while (!settled) {
          await session.send('42["message-volatile",1]');
          await new Promise(setImmediate);
        }
        assert.equal(await heard, '42["message-volatile-back",1]');
        session.close();
      });

      if (Session.transport === 'polling') {
        test('are dropped when no poll waits, and what follows is not', async () => {
          const session = await join();
          await session.send('42["message-volatile",1]');
          await session.send('42["message",2]');
          assert.equal(await session.next(), '42["message-back",2]');
          session.close();
        });
      }
    });

    describe('CONNECT', () => {
      test('to the main namespace is answered with a sid of its own', async () => {
        const session = await join();
        const reply = JSON.parse(session.connectReply.slice(2));
        assert.deepEqual(Object.keys(reply), ['sid']);
        assert.match(reply.sid, /^[A-Za-z0-9_-]{20}$/);
        assert.notEqual(reply.sid, JSON.parse(session.openPacket.slice(1)).sid);
        assert.equal(session.auth, '42["auth",{}]');
        session.close();
      });

      test('may carry a payload', async () => {
        const session = await join('40{"token":"123","deep":{"list":[1,null]}}');
        assert.equal(session.auth, '42["auth",{"token":"123","deep":{"list":[1,null]}}]');
        session.close();
      });

      for (const connect of ['40/custom,', '40/custom', '40/custom,{"token":"abc"}', '40/custom?query=ignored,']) {
        test(`${connect} joins the custom namespace`, async () => {
          const session = await join(connect);
          assert.match(session.connectReply, /^40\/custom,\{"sid":"[A-Za-z0-9_-]{20}"\}$/);
          assert.equal(session.auth, `42/custom,["auth",${connect.includes('{') ? '{"token":"abc"}' : '{}'}]`);
          session.close();
        });
      }

      test('each namespace has a sid of its own', async () => {
        const session = await join();
        await session.send('40/custom,');
        const second = await session.next();
        assert.notEqual(JSON.parse(second.slice('40/custom,'.length)).sid, JSON.parse(session.connectReply.slice(2)).sid);
        session.close();
      });

      for (const nsp of ['/random', '/customs']) {
        test(`to ${nsp} is refused, and the connection stays`, async () => {
          const session = await open();
          await session.send(`40${nsp}`);
          assert.equal(await session.next(), `44${nsp},{"message":"Invalid namespace"}`);
          await session.send('40');
          assert.match(await session.next(), /^40\{"sid":/);
          session.close();
        });
      }

      for (const bad of ['40[]', '40"text"', '401', '40{', '40null']) {
        test(`${bad} ends the connection`, async () => {
          const session = await open();
          await session.send(bad);
          await session.ended();
        });
      }

      test('that never comes ends the connection', async () => {
        const session = await open(); // the first ping is far away, so the missing CONNECT ends the connection
        await session.ended();
      });
    });

    describe('EVENT', () => {
      for (const args of [[], ['x'], [1, '2', { 3: [true] }], [null], [[[]]], [{ a: { b: 'naïve 漢字 👩‍⚕️ "\\' } }], [1.5e-7, -0.5]]) {
        test(`message with ${JSON.stringify(args)} comes back`, async () => {
          const session = await join();
          await session.send(`42${JSON.stringify(['message', ...args])}`);
          assert.equal(await session.next(), `42${JSON.stringify(['message-back', ...args])}`);
          session.close();
        });
      }

      test('unknown events are nobody’s business', async () => {
        const session = await join();
        await session.send('42["whatever",1]', '42["message","after"]');
        assert.equal(await session.next(), '42["message-back","after"]');
        session.close();
      });

      test('many in one go are answered in order', async () => {
        const session = await join();
        await session.send(...Array.from({ length: 300 }, (_, index) => `42["message",${index}]`));
        for (let index = 0; index < 300; ++index) assert.equal(await session.next(), `42["message-back",${index}]`);
        session.close();
      });

      test('goes to the namespace it names', async () => {
        const session = await join();
        await session.send('40/custom,');
        await session.next();
        await session.next();
        await session.send('42/custom,["message",1]', '42["message",2]');
        assert.equal(await session.next(), '42/custom,["message-back",1]');
        assert.equal(await session.next(), '42["message-back",2]');
        session.close();
      });
    });

    describe('ACK', () => {
      for (const id of ['0', '456', '18446744073709551615']) {
        test(`${id} comes back with the arguments`, async () => {
          const session = await join();
          await session.send(`42${id}["message-with-ack",1,"2",{"3":[false]}]`);
          assert.equal(await session.next(), `43${id}[1,"2",{"3":[false]}]`);
          session.close();
        });
      }

      test('of a namespace names it', async () => {
        const session = await join('40/custom,');
        await session.send('42/custom,7["message-with-ack"]');
        assert.equal(await session.next(), '43/custom,7[]');
        session.close();
      });

      test('from a client for an event that nobody sent is ignored', async () => {
        const session = await join();
        await session.send('4399["x"]', '42["message",1]');
        assert.equal(await session.next(), '42["message-back",1]');
        session.close();
      });
    });

    describe('binary', () => {
      const first = Buffer.of(1, 2, 3);
      const second = Buffer.of(4, 5, 6);

      test('attachments come back with their event', async () => {
        const session = await join();
        await session.send(`452-["message",${JSON.stringify(placeholder(0))},${JSON.stringify(placeholder(1))}]`, first, second);
        assert.equal(await session.next(), '452-["message-back",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]');
        assert.deepEqual(await session.next(), first);
        assert.deepEqual(await session.next(), second);
        session.close();
      });

      test('attachments come back with their ack', async () => {
        const session = await join();
        await session.send(`451-789["message-with-ack",{"file":${JSON.stringify(placeholder(0))}}]`, first);
        assert.equal(await session.next(), '461-789[{"file":{"_placeholder":true,"num":0}}]');
        assert.deepEqual(await session.next(), first);
        session.close();
      });

      test('works in a namespace', async () => {
        const session = await join('40/custom,');
        await session.send(`451-/custom,["message",${JSON.stringify(placeholder(0))}]`, first);
        assert.equal(await session.next(), '451-/custom,["message-back",{"_placeholder":true,"num":0}]');
        assert.deepEqual(await session.next(), first);
        session.close();
      });

      for (const [what, packets] of [
        ['an attachment that nobody announced', [first]],
        ['text while attachments are due', [`451-["message",{"_placeholder":true,"num":0}]`, '42["message",1]']],
        ['more attachments announced than named', [`452-["message",{"_placeholder":true,"num":0}]`, first, second]],
        ['a placeholder that points nowhere', [`451-["message",{"_placeholder":true,"num":5}]`, first]],
        ['a count that is none', ['45x-["message",1]']],
      ]) {
        test(`${what} ends the connection`, async () => {
          const session = await join();
          await session.send(...packets);
          await session.ended();
        });
      }
    });

    describe('DISCONNECT', () => {
      test('of the main namespace leaves the connection, which may join again', async () => {
        const session = await join();
        await session.send('41', '40');
        assert.match(await session.next(), /^40\{"sid":/);
        session.close();
      });

      test('of another namespace leaves the main one', async () => {
        const session = await join();
        await session.send('40/custom,');
        await session.next();
        await session.next();
        await session.send('41/custom,', '42["message","here"]');
        assert.equal(await session.next(), '42["message-back","here"]');
        session.close();
      });

      test('then an event for what was left ends the connection', async () => {
        const session = await join();
        await session.send('41', '42["message",1]');
        await session.ended();
      });
    });

    describe('malformed packets end the connection', () => {
      for (const bad of [
        '4', '4abc', '48', '42', '42{}', '42[]', '42[', '42["message"', '42abc["message-with-ack"]', '42[{}]', '42["connect"]',
        '42["disconnect"]', '43["no id"]', '43abc["x"]', '42/nowhere,["message"]', '42["message",1]trailing', '42["message","\xff]',
        '4218446744073709551616["message-with-ack"]', `42${'['.repeat(5000)}`,
      ]) {
        test(JSON.stringify(bad.slice(0, 40)), async () => {
          const session = await join();
          await session.send(bad);
          await session.ended();
        });
      }

      test('before CONNECT', async () => {
        const session = await open();
        await session.send('42["message",1]');
        await session.ended();
      });
    });
  });
}
