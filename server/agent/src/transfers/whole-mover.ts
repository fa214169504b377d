// Owns moving a small object in one piece: read into a buffer, put in one request, nothing to clean up whatever happens.
import type { Chunk } from '../providers/provider.ts';
import type { MoveContext } from './move.ts';
import { fillChunk } from './pump.ts';
import type { Slab } from './slab-pool.ts';

/** The buffer first, then the place at the stores, then the source: whoever has a place never waits for memory. */
export async function moveWhole(context: MoveContext): Promise<void> {
  const { attempt, frozen, move, tools } = context;
  const slab = await move.lease.acquire(frozen.size, move.run.soft);
  try {
    const permit = await tools.gates.enter(move.run.row.id, attempt.endpoints, move.run.soft);
    try {
      await send(context, await readWhole(context, slab), slab);
      permit.release();
    } catch (error) {
      permit.release(error);
      throw error;
    }
  } finally {
    slab.release();
  }
}

async function send({ attempt, frozen, move, tools, call, publish }: MoveContext, chunk: Chunk, slab: Slab): Promise<void> {
  const { source, target } = attempt;
  const { putWhole } = target;
  if (putWhole === undefined) throw new Error('The target takes no whole objects.');
  const { run } = move;
  // After the last byte was read, and before anybody can see it.
  if (source.needsConfirm(frozen)) await call('Checking the source', run.soft, (signal) => source.confirm(frozen, signal));
  let sent = false;
  try {
    await publish(async () => {
      sent = true;
      return await call(
        'Sending the object',
        run.hard,
        (signal) => putWhole(frozen, chunk, signal),
        undefined,
        tools.settings.writeTimeoutMs,
      );
    });
  } catch (error) {
    // Once it was handed over, a socket may still read from the buffer.
    if (sent) slab.drop();
    throw error;
  }
}

async function readWhole({ attempt, frozen, move, call }: MoveContext, slab: Slab): Promise<Chunk> {
  const { run, throttle } = move;
  const extent = { offset: 0, length: frozen.size };
  if (frozen.size === 0) return { offset: 0, bytes: slab.bytes.subarray(0, 0), crc32: 0 };
  const reader = await call(
    'Opening the source',
    run.soft,
    (signal) => attempt.source.open(extent, frozen, signal),
    (late) => void late.close(),
  );
  try {
    return (await fillChunk(reader, slab, extent, { throttle, soft: run.soft })).chunk;
  } finally {
    await reader.close();
  }
}
