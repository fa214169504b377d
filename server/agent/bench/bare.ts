// The peer: Express with one route that answers the same JSON, and nothing else.
import express from 'express';

const page: unknown = JSON.parse(process.argv[2] ?? 'null');
const app = express();
app.get('/transferhistory/get_all', (_request, response) => {
  response.json(page);
});
const server = app.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.({ type: 'ready', url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}` });
});
process.on('SIGTERM', () => process.exit(0));
