// Elements from values. Text is always text: nothing of a document is ever read as HTML.

/** h('p', { class: 'x' }, 'text', element, [more], null) */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return element;
}

/** Text in which `words between backticks` are code. */
export function inline(text) {
  return text.split('`').map((part, index) => (index % 2 ? h('code', {}, part) : part));
}

/** The same, with a paragraph for each part between empty lines. */
export function paragraphs(text = '') {
  return text.split('\n\n').filter(Boolean).map((each) => h('p', {}, inline(each)));
}

/** JSON, indented, its names and values told apart by class. */
export function json(value) {
  const text = JSON.stringify(value, null, 2);
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?/gi)) {
    parts.push(text.slice(end, match.index));
    const kind = match[1] ? 'name' : match[0].startsWith('"') ? 'string' : 'value';
    const token = match[1] ? match[0].slice(0, -match[1].length) : match[0];
    parts.push(h('span', { class: `json-${kind}` }, token), match[1] ?? '');
    end = match.index + match[0].length;
  }
  return h('pre', { tabindex: '0' }, h('code', {}, parts, text.slice(end)));
}
