// The reason why there is no chat, the next step for the user, and the way back to a link of this tab that did open one.

const KEY = 'parley-last-link';
const NEW_LINKS = 'Start `parley demo` (or `make run`) again with the same data folder. It prints two new links to the same session.';

/** @param text what the server said */
export function reasonOfRefusal(text) {
  return { title: 'This link does not open the session', text: `The server says: “${text}”.`, steps: stepsAfter(text), mayRetry: true };
}

function stepsAfter(text) {
  if (/token|not authorized|user not found/i.test(text)) {
    return ['The sign-in in the link has expired, was signed out, or belongs to another server.', NEW_LINKS];
  }
  if (/session not found/i.test(text)) {
    return ['The server at this address does not have the session. Check that the whole link was copied.', NEW_LINKS];
  }
  if (/unauthorized access/i.test(text)) {
    return ['The person in the link does not take part in this session. Open a link that was made for both.', NEW_LINKS];
  }
  return ['Try again in a moment.', NEW_LINKS];
}

export function withoutIdentity() {
  return {
    title: 'Open one of the two links',
    mayRetry: false,  // The address stays the same.
    text: '`parley demo` prints a link for the doctor and one for the patient. Each link opens this page as that person.',
    steps: [
      'Copy a whole link from the terminal, with everything after the `#`.',
      'If the terminal is closed, start `parley demo` (or `make run`) again with the same data folder. It prints two new links.',
    ],
  };
}

/** Remembered for this tab only, like the link in its history. */
export function keepLink({ hash }, storage) {
  try {
    storage.setItem(KEY, hash);
  } catch {
    // Storage is forbidden, so there is no way back.
  }
}

/** The link that last opened a session in this tab, unless it is the one that has just failed; else ''. */
export function keptLink({ hash }, storage) {
  try {
    const kept = storage.getItem(KEY) ?? '';
    return kept === hash ? '' : kept;
  } catch {
    return '';
  }
}
