// Owns the Content-Disposition that makes a browser save an object under its own name.

/** RFC 6266: an ASCII name for old clients, the exact one in UTF-8. */
export function attachment(key: string): string {
  const name = key.split('/').findLast((segment) => segment !== '') ?? 'object';
  const ascii = name.replaceAll(/[^\x20-\x7e]|["\\%]/gu, '_');
  const exact = encodeURIComponent(name).replaceAll(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  return `attachment; filename="${ascii}"; filename*=UTF-8''${exact}`;
}
