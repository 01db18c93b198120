// /asyncapi.json, one article an event: events of clients with their acks, events of the server, and how clients connect.
import { h, json, paragraphs } from './dom.js';
import { memberTable } from './schema.js';

export function events(document_) {
  const messages = document_.components.messages;
  const messageOf = (references) => messages[references[0].$ref.split('/').at(-1)];
  return Object.entries(document_.operations).map(([id, operation]) => ({
    id: `event-${id}`,
    group: operation.action === 'receive' ? 'emit' : 'hear',
    method: operation.action === 'receive' ? 'emit' : 'on',
    title: operation.title,
    summary: operation.summary,
    element: article(id, operation, messageOf(operation.messages), operation.reply ? messageOf(operation.reply.messages) : null),
  }));
}

function article(id, operation, message, reply) {
  const emits = operation.action === 'receive';
  return h('article', { class: 'entry', id: `event-${id}`, 'data-event': `${operation.action} ${operation.title}` },
    h('h3', {}, h('span', { class: `badge ${emits ? 'emit' : 'on'}` }, emits ? 'EMIT' : 'ON'), h('span', { class: 'title' }, operation.title)),
    h('p', { class: 'summary' }, operation.summary),
    paragraphs(operation.description),
    h('h4', {}, 'Payload'), memberTable(message.payload), json(message.examples[0].payload),
    reply ? acknowledgement(reply) : null,
    refusals(operation['x-refusals']));
}

function acknowledgement(reply) {
  const [success] = reply.payload.oneOf ?? [reply.payload];
  const example = reply.examples.find((each) => each.name === 'success');
  if (!example) {
    return [h('h4', {}, reply.title), texts(reply.examples.map((each) => ({ error: each.payload.message })))];
  }
  return [h('h4', {}, 'Ack'), memberTable(success), json(example.payload)];
}

function refusals(known) {
  if (!known) return null;
  const by = { ack: 'ack {success: false, error, code}', error: 'event error' };
  return h('details', { class: 'answer s4' },
    h('summary', {}, h('span', { class: 'status' }, 'refused'), h('span', {}, `by ${known.by.map((each) => by[each]).join(' and ')}`), h('span', { class: 'note' }, `${known.texts.length}`)),
    texts(known.texts));
}

const texts = (all) => h('ul', { class: 'refusals' }, all.map(({ error, code }) => h('li', {}, h('span', {}, error), code ? h('code', {}, code) : null)));
