// Statements that no server can show yet, each with its reason. `make contract` prints them and counts them apart.
const store = 'comes with the MongoDB store';

export const NOT_YET = {
  '1.2-store': store,
  '3-system': `${store}: only messages of earlier servers are of that type`,
  '8-users': store,
  '8-sessions': store,
  '8-chatmessages': store,
  '8-signalingmessages': store,
  '8-audits': store,
};
