// The logging interface: the part of pino's that this server calls, and a logger that drops everything.

export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

const drop = (): void => undefined;

export const silentLogger: Logger = { debug: drop, info: drop, warn: drop, error: drop };

/** One line of text per record, for the command line. */
export function lineLogger(write: (line: string) => void): Logger {
  const at = (level: string) => (fields: object, message: string) => {
    write(`${new Date().toISOString()} ${level} ${message} ${JSON.stringify(fields)}\n`);
  };
  return { debug: drop, info: at('info'), warn: at('warn'), error: at('error') };
}
