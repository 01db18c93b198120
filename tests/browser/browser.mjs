// Headless Chromium, and the demo page in it. CHROMIUM may name another binary than Debian's.
import { readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { makeSession } from '../clients/javascript/harness/session.mjs';
import { person } from '../clients/javascript/harness/token.mjs';

export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}

const axe = readFileSync(new URL('node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');

/** The faults that axe finds in the page, one a line: rule, element, reason. */
export async function faultsOf(page) {
  await page.evaluate(axe);  // A script element would not run: the page's policy allows its own scripts only.
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`));
}

export const people = () => ({
  doctor: person('doctor', { name: 'Dr. Ada Okafor', email: 'ada@clinic.example' }),
  patient: person('patient', { name: 'Sam Rivera', email: 'sam@mail.example' }),
});

export async function makeNamedSession(server) {
  return makeSession(server, people());
}

/** The page of one participant, in a browser context of its own. */
export class Tab {
  static async open(browser, server, who, sessionId, options = {}) {
    const context = await browser.newContext({ viewport: { width: 1180, height: 760 }, locale: 'en-GB', ...options });
    const tab = new Tab(await context.newPage());
    tab.page.on('console', (message) => message.type() === 'error' && tab.errors.push(message.text()));
    tab.page.on('pageerror', (error) => tab.errors.push(String(error)));
    await tab.page.goto(`${server.origin}/demo#token=${who.token}&session=${sessionId}`);
    return tab;
  }

  constructor(page) {
    this.page = page;
    this.errors = [];
  }

  /** The badge says websocket, polling, rest, offline or ended. */
  async path(name) {
    await this.page.waitForSelector(`#path[data-path="${name}"]`);
  }

  async use(mode) {
    await this.page.check(`input[name=mode][value=${mode}]`);
  }

  async type(text) {
    await this.page.fill('#text', text);
    await this.page.press('#text', 'Enter');
  }

  /** Types a text and waits for the check mark. */
  async say(text) {
    await this.type(text);
    await this.shows(text, 'stored');
  }

  async shows(text, state) {
    const row = this.page.locator(`.message${state ? `[data-state="${state}"]` : ''}`, { has: this.page.getByText(text, { exact: true }) });
    await row.first().waitFor();
    return row.first();
  }

  /** The bubbles from top to bottom. */
  texts() {
    return this.page.locator('.message .bubble').allTextContents();
  }

  async remove(text) {
    const row = await this.shows(text, 'stored');
    await row.hover();
    await row.locator('.remove').click();
    await row.locator('.confirm-delete').click();
  }
}
