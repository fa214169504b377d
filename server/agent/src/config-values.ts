// Owns reading single settings: from the text of a flag or a variable, or from the JSON of the settings file.

/** How one setting is written. `read` returns undefined for what it does not take; `hint` says what it would take. */
export interface ValueKind<T> {
  readonly read: (raw: unknown) => T | undefined;
  readonly hint: string;
  /** The word for the value in `--help`; empty for switches. */
  readonly placeholder: string;
}

export function integer(min: number, max: number, placeholder = 'N'): ValueKind<number> {
  const read = (raw: unknown): number | undefined => {
    const value = typeof raw === 'string' && /^\d{1,15}$/.test(raw) ? Number(raw) : raw;
    return typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max ? value : undefined;
  };
  return { read, hint: `a whole number from ${min} to ${max}`, placeholder };
}

export const text = (placeholder: string): ValueKind<string> => ({
  read: (raw) => (typeof raw === 'string' && !raw.includes('\0') ? raw : undefined),
  hint: 'a text',
  placeholder,
});

export const nonEmptyText = (placeholder: string): ValueKind<string> => ({
  read: (raw) => (typeof raw === 'string' && raw.trim() !== '' && !raw.includes('\0') ? raw : undefined),
  hint: 'a text that is not empty',
  placeholder,
});

export const choice = <const T extends string>(choices: readonly T[]): ValueKind<T> => ({
  read: (raw) => choices.find((known) => known === raw),
  hint: `one of ${choices.join(', ')}`,
  placeholder: choices.join('|'),
});

export const flag: ValueKind<boolean> = {
  read: (raw) =>
    raw === true || raw === 'true' || raw === '1' ? true : raw === false || raw === 'false' || raw === '0' ? false : undefined,
  hint: 'true or false',
  placeholder: '',
};

const httpUrl = (raw: unknown): URL | undefined => {
  const url = typeof raw === 'string' && URL.canParse(raw) ? new URL(raw) : undefined;
  return url?.protocol === 'http:' || url?.protocol === 'https:' ? url : undefined;
};

export const address: ValueKind<string> = {
  read: (raw) => (httpUrl(raw) === undefined ? undefined : String(raw).replace(/\/+$/, '')),
  hint: 'an http or https URL',
  placeholder: 'URL',
};

const origin = (raw: unknown): string | undefined => {
  const url = httpUrl(raw);
  return url !== undefined && url.origin === String(raw).toLowerCase() ? url.origin : undefined;
};

/** A list in the file, separated by commas elsewhere. */
export const origins: ValueKind<readonly string[]> = {
  read: (raw) => {
    const parts: unknown =
      typeof raw === 'string'
        ? raw
            .split(',')
            .map((part) => part.trim())
            .filter(Boolean)
        : raw;
    if (!Array.isArray(parts)) return undefined;
    const read = parts.map(origin);
    return read.every((one) => one !== undefined) ? read : undefined;
  },
  hint: 'origins such as http://localhost:3000, without a path',
  placeholder: 'ORIGIN,…',
};

export interface NamedCode {
  readonly code: string;
  readonly name: string;
}

const namedCode = (raw: unknown): NamedCode | undefined => {
  const [, code, name] = typeof raw === 'string' ? (/^\s*([\w.-]{1,64})\s*=\s*([^=]{1,100}?)\s*$/.exec(raw) ?? []) : [];
  return code === undefined || name === undefined ? undefined : { code, name };
};

/** At least one `code=Name`; a list in the file, separated by commas elsewhere. */
export const namedCodes: ValueKind<readonly NamedCode[]> = {
  read: (raw) => {
    const parts: unknown = typeof raw === 'string' ? raw.split(',') : raw;
    if (!Array.isArray(parts) || parts.length === 0) return undefined;
    const read = parts.map(namedCode);
    const isWhole = read.every((one) => one !== undefined) && new Set(read.map(({ code }) => code)).size === read.length;
    return isWhole ? read : undefined;
  },
  hint: 'codes with their names, such as us-la=Los Angeles,us-va=Virginia',
  placeholder: 'CODE=NAME,…',
};

const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]']);

/** A port; the file gives it as the documented `HostUrl`, whose host can only be the loopback interface (overview.md, Base URL). */
export const port: ValueKind<number> = {
  read: (raw) => {
    const url = typeof raw === 'string' && raw.includes('://') ? httpUrl(raw) : undefined;
    if (url === undefined) return integer(0, 65_535).read(raw);
    const named = url.protocol === 'http:' && loopbackNames.has(url.hostname) && url.pathname === '/';
    return named ? Number(url.port || 80) : undefined;
  },
  hint: 'a port from 0 to 65535 (0 takes a free one), or in the file a URL such as http://localhost:29123',
  placeholder: 'PORT',
};
