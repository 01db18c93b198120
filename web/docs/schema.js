// JSON Schema as tables: one row a member, named shapes as links to their definitions.
import { h, inline } from './dom.js';

const nameOf = (reference) => reference.split('/').at(-1);
export const shapeId = (name) => `shape-${name}`;

/** The type of a value in a few words: `uuid`, `ChatMessage[]`, `1 … 1000`. */
export function typeOf(schema) {
  if (schema.$ref) return h('a', { href: `#${shapeId(nameOf(schema.$ref))}` }, nameOf(schema.$ref));
  if (schema.const !== undefined) return h('code', {}, JSON.stringify(schema.const));
  if (schema.enum) return schema.enum.map((value, index) => [index ? ' | ' : '', h('code', {}, JSON.stringify(value))]);
  const forms = schema.anyOf ?? schema.oneOf;
  if (forms) return forms.filter(says).map((form, index) => [index ? ' or ' : '', typeOf(form)]);
  if (schema.type === 'array') return [typeOf(schema.items ?? {}), '[]'];
  return [schema.format ?? [schema.type].flat().join(' or ') ?? 'any', bounds(schema)];
}

const says = (schema) => Object.keys(schema).some((key) => key !== 'description');

function bounds({ minimum, maximum, minLength, maxLength }) {
  const [least, most, unit] = maxLength ? [minLength, maxLength, ' characters'] : [minimum, maximum, ''];
  if (least === undefined && most === undefined) return '';
  if (most === undefined) return `, from ${least}`;
  return `, ${least === undefined ? 'at most' : `${least} to`} ${most}${unit}`;
}

/** Rows of name, type and meaning. */
export function memberTable(schema) {
  const required = new Set(schema.required ?? []);
  return table(Object.entries(schema.properties ?? {}).map(([name, member]) => ({ name, schema: member, about: member.description, required: required.has(name) })));
}

export function table(rows) {
  if (rows.length === 0) return null;
  return h('div', { class: 'table', tabindex: '0', role: 'group', 'aria-label': 'Members' }, h('table', {},
    h('thead', {}, h('tr', {}, ['Name', 'Type', 'Meaning'].map((title) => h('th', { scope: 'col' }, title)))),
    h('tbody', {}, rows.map(({ name, schema, about, required, place }) => h('tr', {},
      h('th', { scope: 'row' }, h('code', {}, name), place ? h('span', { class: 'place' }, place) : null, required ? h('span', { class: 'required' }, 'required') : null),
      h('td', { class: 'type' }, typeOf(schema), schema.default !== undefined ? h('span', { class: 'default' }, `default ${schema.default}`) : null),
      h('td', {}, about ? inline(about) : ''))))));
}

/** A shape in place: its members, or its type. */
export function shape(name, schema) {
  return h('article', { class: 'entry', id: shapeId(name), 'data-shape': name },
    h('h3', {}, h('span', { class: 'title' }, name)),
    schema.description ? h('p', {}, inline(schema.description)) : null,
    schema.properties ? memberTable(schema) : h('p', { class: 'type' }, typeOf(schema)));
}
