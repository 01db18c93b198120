// The demo page in Chromium: two links, two people, every transport, and a server that is killed and restarted.
import './demo/people.mjs';
import './demo/messages.mjs';
import './demo/paths.mjs';
import './demo/failures.mjs';
import './demo/links.mjs';
import './demo/screens.mjs';
