// The app's page in two browsers, through nginx: actions of the people, and their effect on the app and on Parley.
import assert from 'node:assert/strict';
import { launch } from '../browser/browser.mjs';
import { get, page, post, request } from '../clients/javascript/harness/rest.mjs';
import { until } from '../clients/javascript/harness/wait.mjs';
import { HOW } from './interleavings.mjs';
import { catchUp, ClientView, settle } from './views.mjs';
import { applyDeletions, listDeletions, World } from './world.mjs';

/** The page of one person, in a browser context of its own. */
class Call {
  static async open(browser, origin, who, sessionId) {
    const context = await browser.newContext();
    const call = new Call(await context.newPage(), who);
    await call.page.goto(`${origin}/call?appointment=${sessionId}`);
    await call.signIn();
    return call;
  }
  constructor(page_, who) {
    this.page = page_;
    this.who = who;
  }

  async signIn() {
    await this.page.fill('#email', this.who.email);
    await this.page.click('#sign-in button');
    await this.is('signed-in');
  }
  async is(state, patienceMs = 30_000) {
    const reached = this.page.waitForSelector(`body[data-state="${state}"]`, { timeout: patienceMs });
    await reached.catch(async (error) => {
      throw new Error(`the page of the ${this.who.role} is "${await this.page.getAttribute('body', 'data-state')}" (${await this.page.textContent('#status')}), not "${state}": ${error.message}`);
    });
  }
  async join() {
    await this.page.click('#join');
    await this.is('in-call');
  }
  press(id) {
    return this.page.click(`#${id}`);
  }
  async say(text) {
    await this.page.fill('#text', text);
    await this.page.press('#text', 'Enter');
    await this.shows(text);
  }
  shows(text) {
    return this.page.locator('#messages li', { hasText: text }).first().waitFor();
  }
  texts() {
    return this.page.locator('#messages li').allTextContents();
  }
}

/** One appointment with two people in two browsers. */
class Visit {
  constructor(world, session, how) {
    Object.assign(this, { world, session, how, sessionId: session.sessionId });
  }
  async open(browser) {
    const { people } = this.session;
    [this.doctor, this.patient] = await Promise.all([people.doctor, people.patient].map((who) => Call.open(browser, this.world.nginx.origin, who, this.sessionId)));
  }
  async bothJoin() {
    await this.doctor.join();
    await this.patient.join();
  }
  /** Each says something, and the other receives it. */
  async talk(about) {
    for (const [one, other] of [[this.doctor, this.patient], [this.patient, this.doctor]]) {
      const text = `${about}: the ${one.who.role} speaks`;
      await one.say(text);
      await other.shows(text);
    }
  }
  /** Sends a request to the app's backend, through nginx. */
  async app(method, path) {
    const answer = await request(this.world.nginx, method, path, { token: this.session.people.doctor.token, json: {} });
    assert.equal(answer.status, 200, answer.text);
    return answer.body;
  }
  /** Waits until every view is the same and the session has that status. */
  async becomes(status) {
    const { doctor } = this.session.people;
    return settle(this.world, this.session, {
      patienceMs: this.how.patienceMs, expected: (views) => assert.equal(views.answer.status, status),
      clients: async () => [await catchUp(this.world.parley, doctor, this.sessionId, new ClientView())],
    });
  }
  async idOf(text) {
    const { body } = await page(this.world.parley, this.session.people.doctor, this.sessionId, '?limit=1000');
    return body.messages.find(({ message }) => message.startsWith(text))._id;
  }
}

const CHECKS = {
  'both join by the appointment\'s id': async (visit) => {
    const { sessionId, world } = visit;
    assert.equal(await world.database.collection('sessions').findOne({ sessionId }), null, 'nobody has made a session');
    await visit.bothJoin();
    await visit.talk('first');
    const { answer, document } = await visit.becomes('active');
    assert.deepEqual([answer.appointmentId, document.sessionId], [sessionId, sessionId]);
  },
  'a cancelled appointment ends the call in both browsers': async (visit) => {
    await visit.app('POST', `/api/appointments/${visit.sessionId}/cancel`);
    await Promise.all([visit.doctor.is('ended', visit.how.patienceMs), visit.patient.is('ended', visit.how.patienceMs)]);
    await visit.becomes('ended');
  },
  'a session that was cancelled before its first join, and read once, is ended until somebody joins': async (visit) => {
    const { world } = visit;
    const other = await world.book();
    await world.appointments.join(other);
    const { doctor } = other.people;
    const target = `/api/sessions/${other.sessionId}`;
    assert.equal((await get(world.parley, target, { token: doctor.token })).body.session.status, 'created');
    await world.appointments.cancel(other);
    await settle(world, other, { patienceMs: visit.how.patienceMs, expected: (views) => assert.equal(views.answer.status, 'ended') });
    assert.equal((await post(world.parley, `${target}/join`, { token: doctor.token, json: {} })).status, 200);
    await settle(world, other, { patienceMs: visit.how.patienceMs, expected: (views) => assert.equal(views.answer.status, 'active') });
  },
  'both join again': async (visit) => {
    await visit.bothJoin();
    await visit.talk('second');
    await visit.becomes('active');
    assert.equal((await visit.doctor.texts()).length, 4, 'with what was said before the cancellation');
  },
  'what the app\'s backend deletes is gone, and stays gone': async (visit) => {
    const { world, sessionId } = visit;
    const id = await visit.idOf('first: the doctor');
    await until(() => world.database.collection('chatmessages').findOne({ sessionId, message: /^second: the patient/ }), 'the mirror to have it');
    assert.deepEqual(await visit.app('DELETE', `/api/moderation/messages/${id}`), { deleted: true });
    if (!visit.how.hasChangeStream) {
      assert.match(await listDeletions(world), new RegExp(id), 'it is listed');
      assert.ok(await visit.idOf('first: the doctor'), 'and listing changes nothing');
      await applyDeletions(world);
    }
    await visit.becomes('active');
    await world.parley.restart();
    await visit.becomes('active');
    const isShown = async (call) => (await call.texts()).some((text) => text.startsWith('first: the doctor'));
    for (const call of [visit.doctor, visit.patient]) await until(async () => !(await isShown(call)), 'the history that the page loads again is without it');
    await Promise.all([visit.doctor.is('in-call'), visit.patient.is('in-call')]);
  },
  'one presses End, and both come back through the appointment': async (visit) => {
    await visit.doctor.press('end');
    await visit.patient.is('ended');
    await visit.becomes('ended');
    await visit.bothJoin();
    await visit.talk('third');
    await visit.becomes('active');
  },
  'one presses End, and comes back into the room alone': async (visit) => {
    await visit.patient.press('end');
    await visit.doctor.is('ended');
    await visit.patient.join();
    await visit.patient.say('still here');
    await visit.doctor.join();
    await visit.doctor.shows('still here');
    await visit.becomes('active');
  },
  'kill -9 of Parley: both pages come back by themselves': async (visit) => {
    await visit.world.parley.kill();
    await Promise.all([visit.doctor.is('reconnecting'), visit.patient.is('reconnecting')]);
    await visit.world.parley.restart();
    await Promise.all([visit.doctor.is('in-call'), visit.patient.is('in-call')]);
    await visit.talk('fourth');
    await visit.becomes('active');
  },
  'kill -9 of the app\'s backend: the call goes on, and the next join works': async (visit) => {
    await visit.world.backend.kill();
    await visit.talk('fifth');
    await visit.world.backend.restart();
    await visit.bothJoin();
    await visit.talk('sixth');
    await visit.becomes('active');
  },
  'kill -9 of mongod: the call goes on': async (visit) => {
    const { mongod } = visit.world;
    const primary = mongod.size > 1 ? await mongod.primary() : 0;
    await mongod.kill(primary);
    await mongod.startAgain(primary);
    await mongod.whole();
    await visit.talk('seventh');
    await visit.becomes('active');
    await visit.app('POST', `/api/appointments/${visit.sessionId}/cancel`);
    await Promise.all([visit.doctor.is('ended', visit.how.patienceMs), visit.patient.is('ended', visit.how.patienceMs)]);
    await visit.becomes('ended');
  },
  'a sign-out through nginx is known to both sides': async (visit) => {
    const { nginx, parley, backend } = visit.world;
    const token = await visit.doctor.page.evaluate(() => window.parleyToken());
    assert.equal((await get(nginx, '/api/users/me', { token })).status, 200);
    await visit.doctor.press('sign-out');
    await visit.doctor.is('signed-out');
    assert.equal((await get(parley, '/api/sessions/user/active', { token })).status, 401);
    await until(async () => (await get(backend, '/api/users/me', { token })).status === 401, 'the backend knows of the sign-out');
  },
};

/** Runs the checks whose names match, in order, on one database. Returns how many passed. */
export async function inBrowsers(mongod, { kind, checks, say }) {
  const world = await World.startBehindNginx(mongod, { args: ['--reopen', 'join'] });
  const browser = await launch();
  try {
    const visit = new Visit(world, await world.book(), HOW[kind]);
    await visit.open(browser);
    const chosen = Object.entries(CHECKS).filter(([name]) => checks.test(name));
    for (const [name, check] of chosen) {
      await check(visit).catch((error) => {
        error.message = `${name} (${kind}): ${error.message}\n${world.parley.output.slice(-2000)}`;
        throw error;
      });
      say(`passed  ${kind}: ${name}`);
    }
    return chosen.length;
  } finally {
    await browser.close();
    await world.stop();
  }
}
