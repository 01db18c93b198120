// /openapi.json, one article an operation.
import { h, inline, json, paragraphs } from './dom.js';
import { memberTable, table } from './schema.js';

export function operations(document_) {
  return Object.entries(document_.paths).flatMap(([path, item]) => Object.entries(item).map(([method, operation]) => ({
    id: `operation-${operation.operationId}`, group: operation.tags[0], method, title: path, summary: operation.summary, element: article(path, method, operation),
  })));
}

function article(path, method, operation) {
  return h('article', { class: 'entry', id: `operation-${operation.operationId}`, 'data-operation': `${method} ${path}` },
    h('h3', {}, h('span', { class: `badge ${method}` }, method.toUpperCase()), h('span', { class: 'title path' }, broken(path))),
    h('p', { class: 'summary' }, operation.summary, operation.security.length ? h('span', { class: 'token' }, 'token') : null),
    paragraphs(operation.description),
    parameters(operation),
    request(operation),
    h('h4', {}, 'Answers'),
    answers(operation.responses));
}

/** A path that may break after its slashes. */
const broken = (path) => path.split(/(?<=\/)/).flatMap((part) => [part, h('wbr')]);

function parameters({ parameters: all }) {
  if (!all.length) return null;
  return [h('h4', {}, 'Parameters'), table(all.map((each) => ({ name: each.name, place: each.in, schema: each.schema, about: each.description, required: each.required })))];
}

function request({ requestBody }) {
  if (!requestBody) return null;
  const content = requestBody.content['application/json'];
  return [h('h4', {}, 'Body', h('span', { class: 'note' }, Object.keys(requestBody.content).join(' or '))), memberTable(content.schema), json(content.example)];
}

function answers(responses) {
  const [good, refused] = [[], []];
  for (const [status, response] of Object.entries(responses)) (status < '400' ? good : refused).push([status, response]);
  return [good.map(([status, response]) => answer(status, response, true)), refused.map(([status, response]) => answer(status, response, false))];
}

function answer(status, response, open) {
  const [type, content] = Object.entries(response.content ?? {})[0] ?? [];
  const refusals = Object.values(content?.examples ?? {}).map((example) => example.value);
  return h('details', { class: `answer s${status[0]}`, open },
    h('summary', {}, h('span', { class: 'status' }, status), h('span', {}, inline(response.description)), refusals.length ? h('span', { class: 'note' }, `${refusals.length}`) : null),
    refusals.length ? h('ul', { class: 'refusals' }, refusals.map((value) => h('li', {}, h('span', {}, value.message), value.code ? h('code', {}, value.code) : null))) : null,
    content && !refusals.length ? [memberTable(content.schema), content.example !== undefined ? json(content.example) : h('p', { class: 'note' }, type)] : null);
}
