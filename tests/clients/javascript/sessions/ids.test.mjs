// Ids of every kind. Each works everywhere (REST, sockets, the database, after a restart), or the refusal names it.
import './ids/sessions.mjs';
import './ids/users.mjs';
import './ids/printed.mjs';
import './ids/database.mjs';
import './ids/afterwards.mjs';
