// Owns having a target for as long as a command needs it: the one that was named, or a fresh reference agent.
import { AgentNotStarted, spawnAgent } from '../kit/spawn-agent.ts';
import type { Target } from '../kit/target.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import type { Surroundings } from './command.ts';

interface Chosen {
  readonly spawn: boolean;
  readonly target: Target;
}

export async function onTarget(
  { spawn, target }: Chosen,
  { signal, complain }: Surroundings,
  work: (target: Target) => Promise<ExitCode>,
): Promise<ExitCode> {
  if (!spawn) return await work(target);
  try {
    const agent = await spawnAgent(signal);
    try {
      const { offered, clouds } = target;
      return await work({ ...agent.target, ...(offered !== undefined && { offered }), ...(clouds !== undefined && { clouds }) });
    } finally {
      await agent.stop();
    }
  } catch (error) {
    if (!(error instanceof AgentNotStarted)) throw error;
    complain(error.message);
    return exitCodes.incomplete;
  }
}
