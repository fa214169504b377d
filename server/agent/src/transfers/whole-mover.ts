// Owns moving a small object in one piece: read into a buffer, put in one request, nothing to clean up whatever happens.
import type { MoveContext } from './move.ts';
import { type Filled, fillChunk } from './pump.ts';

export async function moveWhole(context: MoveContext): Promise<void> {
  const { attempt, frozen, move, tools, call, publish } = context;
  const { run } = move;
  const { putWhole } = attempt.target;
  if (putWhole === undefined) throw new Error('The target takes no whole objects.');
  const permit = await tools.gates.enter(run.row.id, attempt.endpoints, run.soft);
  try {
    const { slab, chunk } = await readWhole(context);
    let sent = false;
    try {
      // Reads by a validator were conditional: there is nothing left to ask.
      if (frozen.identity === '') await call('Checking the source', run.soft, (signal) => attempt.source.confirm(frozen, signal));
      await publish(async () => {
        sent = true;
        const proof = await call(
          'Sending the object',
          run.hard,
          (signal) => putWhole(frozen, chunk, signal),
          undefined,
          tools.settings.writeTimeoutMs,
        );
        // Whoever checks the copy takes a place of his own, and must not wait for this one.
        slab.release();
        permit.release();
        return proof;
      });
    } catch (error) {
      // Once it was handed over, a socket may still read from the buffer.
      if (sent) slab.drop();
      throw error;
    } finally {
      slab.release();
    }
    permit.release();
  } catch (error) {
    permit.release(error);
    throw error;
  }
}

async function readWhole({ attempt, frozen, move, call }: MoveContext): Promise<Filled> {
  const { run, lease, throttle } = move;
  const extent = { offset: 0, length: frozen.size };
  const slab = await lease.acquire(frozen.size, run.soft);
  if (frozen.size === 0) return { slab, chunk: { offset: 0, bytes: slab.bytes.subarray(0, 0), crc32: 0 } };
  const reader = await call(
    'Opening the source',
    run.soft,
    (signal) => attempt.source.open(extent, frozen, signal),
    (late) => void late.close(),
  ).catch((error: unknown) => {
    slab.release();
    throw error;
  });
  try {
    return await fillChunk(reader, slab, extent, { throttle, soft: run.soft });
  } finally {
    await reader.close();
  }
}
