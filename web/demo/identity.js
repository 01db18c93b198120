// The user and the session of this tab, from the part of the address that never leaves the browser: #token=…&session=…

/** Reads the fragment. Returns null if it has no usable token and session. */
export function identityFromFragment(fragment) {
  const fields = new URLSearchParams(fragment.replace(/^#/, ''));
  const token = fields.get('token');
  const session = fields.get('session');
  const claims = token ? claimsOf(token) : null;
  const id = claims?.id ?? claims?.sub;
  if (typeof id !== 'string' || !session) return null;
  return {
    token,
    session,
    user: { id: asAnswered(id), role: claims.role ?? '', name: claims.name ?? '', email: claims.email ?? '' },
  };
}

/** The server returns 24 hexadecimal digits of a user in lower case. */
function asAnswered(id) {
  return /^[0-9a-f]{24}$/i.test(id) ? id.toLowerCase() : id;
}

/** The claims of the token about its owner. The server checks the signature; this page only needs a name to show. */
function claimsOf(token) {
  try {
    const payload = token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/');
    const bytes = Uint8Array.from(atob(payload), (character) => character.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return null;
  }
}

/** The best name of a user: name, e-mail, role, or else a part of the id. */
export function displayName(user) {
  if (!user) return 'Someone';
  if (user.name) return user.name;
  if (user.email) return user.email;
  if (user.role) return user.role[0].toUpperCase() + user.role.slice(1);
  return user._id ? `User ${[...user._id].slice(-4).join('')}` : 'Someone';
}

/** 128 random bits. Not crypto.randomUUID, which browsers hide from pages on plain http. */
export function newMessageId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
