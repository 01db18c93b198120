// Web addresses in a text. Returns parts, from which the view makes elements, so a text can never become markup.

// An address ends at white space, at quotes and brackets around it, and at characters that change the direction of writing: those could
// show an address other than the one that opens.
const ADDRESS = /https?:\/\/[^\s<>"'`{}|\\^\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+/giu;
const CLOSING = { ')': '(', ']': '[' };

/** Returns the text in parts: [{text}], or [{text, href}] for a web address. Together the parts are the text. */
export function partsOf(text) {
  const parts = [];
  let end = 0;
  for (const { 0: found, index } of text.matchAll(ADDRESS)) {
    if (isInsideWord(text, index)) continue;
    const address = withoutPunctuation(found);
    const href = hrefOf(address);
    if (!href) continue;
    if (index > end) parts.push({ text: text.slice(end, index) });
    parts.push({ text: address, href });
    end = index + address.length;
  }
  if (end < text.length) parts.push({ text: text.slice(end) });
  return parts;
}

/** `xhttp://…` is no address. */
function isInsideWord(text, index) {
  return index > 0 && /[\p{L}\p{N}_]/u.test(text[index - 1]);
}

/** A full stop at the end belongs to the sentence, and so does a bracket that the address does not open. */
function withoutPunctuation(address) {
  const surplus = Object.fromEntries(Object.entries(CLOSING).map(([close, open]) => [close, count(address, close) - count(address, open)]));
  let end = address.length;
  for (; end > 0; end -= 1) {
    const last = address[end - 1];
    if (last in surplus) {
      if (surplus[last] <= 0) break;
      surplus[last] -= 1;
    } else if (!'.,:;!?*_~'.includes(last)) {
      break;
    }
  }
  return address.slice(0, end);
}

const count = (text, character) => text.split(character).length - 1;

/** Null unless it opens the host it shows: `https://bank.example@elsewhere.example` names one host and opens another. */
function hrefOf(address) {
  try {
    const url = new URL(address);
    const isPage = (url.protocol === 'http:' || url.protocol === 'https:') && url.hostname !== '';
    return isPage && !url.username && !url.password ? url.href : null;
  } catch {
    return null;
  }
}
