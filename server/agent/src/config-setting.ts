// Owns what one setting is: its flag, its variable, its place in the file, its default and its meaning.
import { text, type ValueKind } from './config-values.ts';

export interface Setting<T> {
  /** Without the dashes; null for what must not stand on a command line. */
  readonly flag: string | null;
  readonly env: string;
  /** The path in appsettings.json; null for what decides where that file is. */
  readonly file: string | null;
  readonly kind: ValueKind<T>;
  readonly default: T;
  readonly meaning: string;
}

export const setting = <T>(name: string, file: string | null, kind: ValueKind<T>, fallback: NoInfer<T>, meaning: string): Setting<T> => ({
  flag: name,
  env: `CLICK_AGENT_${name.replaceAll('-', '_').toUpperCase()}`,
  file,
  kind,
  default: fallback,
  meaning,
});

/** Other processes can read a command line, so secrets come by variable or file only. */
export const secret = (name: string, file: string, meaning: string, fallback = ''): Setting<string> => ({
  ...setting(name, file, text('TEXT'), fallback, meaning),
  flag: null,
});
