// Owns the lines that repeat a check by hand: the whole check with the kit, or listening to its channels.
import type { CheckResult, RunResult } from '../result.ts';

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

export type Asked = Pick<RunResult['target'], 'url' | 'spawned'>;

/** Credentials come from the environment, so that the line can be pasted anywhere. */
export const replayOf = ({ id }: Pick<CheckResult, 'id'>, { url, spawned }: Asked): string =>
  `click-conformance replay ${quoted(id)} ${spawned ? '--spawn' : `--target ${quoted(url)}`}`;

/** One line for each channel that the check listened to. */
export const wscatOf = ({ channels = [] }: Pick<CheckResult, 'channels'>, { url }: Pick<Asked, 'url'>): string[] =>
  channels.map((address) => `wscat -c ${quoted(new URL(address, url.replace(/^http/, 'ws')).href)}`);
