// Both documents on one page. They come from the server that serves the page, so they describe that server.
import { h, paragraphs } from './dom.js';
import { events } from './events.js';
import { operations } from './operations.js';
import { shape, shapeId } from './schema.js';

const GROUPS = {
  chat: 'Chat', sessions: 'Sessions', auth: 'Sign-out', admin: 'Administration', service: 'Service', emit: 'Events to emit', hear: 'Events to hear', shapes: 'Shapes',
};

async function load(path) {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path} was answered with ${response.status}`);
  return response.json();
}

function sections(openapi, asyncapi) {
  const shapes = { ...asyncapi.components.schemas, ...openapi.components.schemas };
  const entries = [
    ...operations(openapi),
    ...events(asyncapi),
    ...Object.keys(shapes).sort().map((name) => ({ id: shapeId(name), group: 'shapes', title: name, summary: shapes[name].description ?? '', element: shape(name, shapes[name]) })),
  ];
  const names = [...new Set([...Object.keys(GROUPS), ...entries.map((entry) => entry.group)])];
  return names.map((group) => ({ group, title: GROUPS[group] ?? group, entries: entries.filter((entry) => entry.group === group) })).filter((each) => each.entries.length);
}

const INTRODUCTIONS = { chat: ['HTTP', 'openapi'], emit: ['Socket.IO', 'asyncapi'] };

function show(all, documents) {
  const main = document.getElementById('main');
  const contents = document.getElementById('contents');
  for (const { group, title, entries } of all) {
    const introduction = INTRODUCTIONS[group];
    if (introduction) {
      main.append(h('section', { class: 'introduction' }, h('h1', {}, introduction[0]), paragraphs(documents[introduction[1]].info.description)));
    }
    main.append(h('section', { 'data-group': group }, h('h2', {}, title), entries.map((entry) => entry.element)));
    contents.append(h('section', { 'data-group': group }, h('h2', {}, title), h('ul', {}, entries.map(link))));
  }
}

function link({ id, method, title, summary }) {
  return h('li', { 'data-for': id }, h('a', { href: `#${id}`, title: summary }, method ? h('span', { class: `badge small ${method}` }, method) : null, h('span', { class: 'name' }, title)));
}

/** Hides every item that lacks one of the typed words, here and in the list at the side. */
function filter(all, typed) {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  for (const { group, entries } of all) {
    let seen = 0;
    for (const { id, element } of entries) {
      const text = element.textContent.toLowerCase();
      const hidden = !words.every((word) => text.includes(word));
      element.hidden = hidden;
      document.querySelector(`li[data-for="${CSS.escape(id)}"]`).hidden = hidden;
      seen += hidden ? 0 : 1;
    }
    for (const section of document.querySelectorAll(`section[data-group="${CSS.escape(group)}"]`)) section.hidden = seen === 0;
  }
}

/** On a wide screen the list is always open beside the text. On a small screen it opens above the text on request. */
function foldList() {
  const list = document.getElementById('list');
  const narrow = matchMedia('(max-width: 900px)');
  const fold = () => { list.open = !narrow.matches; };
  narrow.addEventListener('change', fold);
  document.getElementById('contents').addEventListener('click', fold);
  fold();
}

const loading = document.getElementById('loading');
try {
  const [openapi, asyncapi] = await Promise.all([load('/openapi.json'), load('/asyncapi.json')]);
  const all = sections(openapi, asyncapi);
  document.getElementById('version').textContent = `version ${openapi.info.version}`;
  show(all, { openapi, asyncapi });
  foldList();
  loading.remove();
  document.body.dataset.ready = '';
  const input = document.getElementById('filter');
  input.addEventListener('input', () => filter(all, input.value));
  if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
} catch (failure) {
  const again = h('a', { href: '/docs' }, 'Try again');
  const documents = ['/openapi.json', '/asyncapi.json'].map((path) => h('a', { href: path }, path));
  loading.replaceChildren(`The documents cannot be shown: ${failure.message}. `, again, ', or read them as they are: ', documents[0], ' and ', documents[1], '.');
}
