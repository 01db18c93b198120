// The attacks. A row counts only if the server took at least `atLeast`. It fails if memory exceeds `memory` (MiB resident, with the pair).
export const idleFiles = ['prlimit', '--nofile=2048:2048'];

export const ROWS = [
  // Strangers: no token
  { name: 'unread answers', atLeast: 20_000, unit: 'pipelined requests', memory: 200 },
  { name: 'unread pages', atLeast: 20_000, unit: 'pipelined requests', memory: 200 },
  { name: 'slow reader', atLeast: 2_000, unit: 'pipelined requests', memory: 200 },
  { name: 'idle connections', atLeast: 3_000, unit: 'connections', memory: 200, wrap: idleFiles },
  { name: 'idle websockets', atLeast: 200, unit: 'connections', memory: 200, wrap: idleFiles },
  { name: 'document heads', atLeast: 1_000, unit: 'answers', memory: 200 },
  { name: 'metrics', atLeast: 1_000, unit: 'answers', memory: 200 },
  { name: 'handshakes', atLeast: 10_000, unit: 'handshakes tried', memory: 200 },
  { name: 'stalled bodies', atLeast: 150, unit: 'bodies of 9 MB begun', memory: 250 },
  { name: 'stalled chunked bodies', atLeast: 150, unit: 'bodies of 9 MB begun', memory: 250 },
  { name: 'stalled frames', atLeast: 1_000, unit: 'frames of 1 MB begun', memory: 250 },
  { name: 'missing attachments', atLeast: 200, unit: 'packets of 3 MB begun', memory: 250 },
  { name: 'gzip forms', atLeast: 18, unit: 'bodies', memory: 200 },
  { name: 'gzip JSON', atLeast: 100, unit: 'bodies', memory: 200 },
  { name: 'bad connects', atLeast: 10_000, unit: 'CONNECT packets', memory: 200 },
  { name: 'pings', atLeast: 50_000, unit: 'WebSocket pings', memory: 200 },
  // Participants of other sessions
  { name: 'refused chat', atLeast: 20_000, unit: 'events', memory: 200 },
  { name: 'unknown events', atLeast: 20_000, unit: 'events', memory: 200 },
  { name: 'joins of nothing', atLeast: 10_000, unit: 'events', memory: 200 },
  {
    name: 'signalling', atLeast: 320, unit: 'payloads of 900 KB and 64 KB', memory: 200,
    expect: ({ listings, longest }) => ({ '10 listings were not answered': listings >= 10, 'a listing was longer than 4 MiB and one payload': longest <= 4.25 * 1024 * 1024 }),
  },
  {
    name: 'sessions', atLeast: 34_000, unit: 'events create-session', memory: 200,
    expect: ({ created }) => ({ 'one doctor did not get 10 sessions, or more': created === 10 }),
  },
  { name: 'pages', atLeast: 10_000, unit: 'events entries', memory: 200 },
  { name: 'joins and ends', atLeast: 10_000, unit: 'events', memory: 200 },
];
