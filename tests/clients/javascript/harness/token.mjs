// Valid and invalid JSON Web Tokens. This code is independent of src, because a check must not share code with the code it judges.
import { createHmac, generateKeyPairSync, randomBytes, sign as signWithKey } from 'node:crypto';
import { remember } from './people.mjs';

export const SECRET = 'a shared secret of the test suites';

export const newId = () => randomBytes(12).toString('hex');
const encode = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const now = () => Math.floor(Date.now() / 1000);

/** `algorithm` is the name in the header. For the HS family it also selects the hash of the signature. */
export function sign(claims, { algorithm = 'HS256', secret = SECRET, header = {} } = {}) {
  const signed = `${encode({ alg: algorithm, typ: 'JWT', ...header })}.${encode(claims)}`;
  if (algorithm.toLowerCase() === 'none') return `${signed}.`;
  const hash = { HS256: 'sha256', HS384: 'sha384', HS512: 'sha512' }[algorithm] ?? 'sha256';
  return `${signed}.${createHmac(hash, secret).update(signed).digest('base64url')}`;
}

function rs256(claims) {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const signed = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode(claims)}`;
  return `${signed}.${signWithKey('sha256', Buffer.from(signed), privateKey).toString('base64url')}`;
}

export function person(role, more = {}) {
  const claims = { id: newId(), role, email: `${role}-${randomBytes(3).toString('hex')}@example.org`, name: `A ${role}`, ...more };
  remember(claims);
  return { ...claims, claims, token: sign(claims) };
}

/** Every kind of invalid token. `claims` would be accepted in a valid token. */
export function badTokens(claims) {
  const good = sign(claims);
  const [head, body, signature] = good.split('.');
  return {
    'bad signature': `${head}.${body}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`,
    'cut signature': `${head}.${body}.${signature.slice(0, -4)}`,
    'no signature': `${head}.${body}.`,
    'another secret': sign(claims, { secret: 'not the secret' }),
    'two parts': `${head}.${body}`,
    'four parts': `${good}.${signature}`,
    'not base64': '***.***.***',
    'not a token': 'garbage',
    'payload is no JSON': sign('{"id":'),
    'payload is an array': sign([claims]),
    'header is no JSON': `${encode('{')}.${body}.${signature}`,
    expired: sign({ ...claims, exp: now() - 1 }),
    'expired long ago': sign({ ...claims, exp: 1 }),
    'exp is text': sign({ ...claims, exp: 'tomorrow' }),
    'not yet valid': sign({ ...claims, nbf: now() + 3600 }),
    'alg none': sign(claims, { algorithm: 'none' }),
    'alg None': sign(claims, { algorithm: 'None' }),
    'alg none with a signature': `${encode({ alg: 'none', typ: 'JWT' })}.${body}.${signature}`,
    'alg missing': sign(claims, { header: { alg: undefined } }),
    HS384: sign(claims, { algorithm: 'HS384' }),
    HS512: sign(claims, { algorithm: 'HS512' }),
    'HS256 that calls itself HS384': sign(claims, { header: { alg: 'HS384' } }),
    'HS256 that calls itself RS256': sign(claims, { header: { alg: 'RS256' } }),
    'HS256 in small letters': sign(claims, { header: { alg: 'hs256' } }),
    'RS256 by a stranger': rs256(claims),
    'claims changed after signing': `${head}.${encode({ ...claims, role: 'admin' })}.${signature}`,
    'id has a control character': sign({ ...claims, id: 'two\nlines' }),
    'id is too long': sign({ ...claims, id: 'x'.repeat(65) }),
    'id is the server itself': sign({ ...claims, id: '0'.repeat(24) }),
    'id is an object': sign({ ...claims, id: { $ne: null } }),
    'id is a number': sign({ ...claims, id: 7 }),
    'role missing': sign({ ...claims, role: undefined }),
    'role unknown': sign({ ...claims, role: 'owner' }),
    'role is an array': sign({ ...claims, role: ['doctor'] }),
  };
}
