// A reporter of node:test: one JSON line for each test that ended, with the names of its groups.
export default async function* reporter(source) {
  const names = [];
  for await (const { type, data } of source) {
    if (type === 'test:start') {
      names.length = data.nesting;
      names.push(data.name);
    }
    if (type === 'test:stdout' || type === 'test:stderr') continue;
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    const path = [...names.slice(0, data.nesting), data.name];
    const group = data.details?.type === 'suite';
    if (group && type === 'test:pass') continue;
    const error = type === 'test:fail' ? String(data.details?.error?.cause?.stack ?? data.details?.error?.message ?? '').slice(0, 2000) : undefined;
    const result = type === 'test:fail' ? 'failed' : data.skip !== undefined || data.todo !== undefined ? 'skipped' : 'passed';
    yield `${JSON.stringify({ path, result, group, error })}\n`;
  }
}
