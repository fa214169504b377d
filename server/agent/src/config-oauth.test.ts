import { describe, expect, it } from 'vitest';
import { oauthApp } from './config-oauth.ts';
import { readConfig, UsageError } from './config.ts';
import { oauthVendors } from './providers/oauth-vendors.ts';

const read = (argv: readonly string[], env: Readonly<Record<string, string>>, file: object) => {
  const line = readConfig({ argv, env, home: '/home/jane', readFile: () => JSON.stringify(file) });
  if (line.command !== 'run') throw new Error(`not a run: ${line.command}`);
  return line.config;
};

describe('the settings of a provider', () => {
  it.each(oauthVendors.map((vendor) => [vendor.name, vendor] as const))('%s come from file, variable and flag', (_name, vendor) => {
    const variable = `CLICK_AGENT_${vendor.slug.toUpperCase()}`;
    const config = read(
      [`--${vendor.slug}-token-url`, 'http://127.0.0.1:1/token/'],
      { [`${variable}_CLIENT_SECRET`]: 's', [`${variable}_API_URL`]: 'http://127.0.0.1:1/api' },
      { OAuth: { [vendor.key]: { ClientId: 'c', ClientSecret: 'not this one' } } },
    );
    expect(oauthApp(config, vendor)).toEqual({
      clientId: 'c',
      clientSecret: 's',
      authorizeUrl: vendor.authorizeUrl,
      tokenUrl: 'http://127.0.0.1:1/token',
      apiUrl: 'http://127.0.0.1:1/api',
      setting: `OAuth.${vendor.key}.ClientId`,
    });
  });

  it('leave a provider unconfigured by default, at its public addresses', () => {
    for (const vendor of oauthVendors) {
      const { clientId, clientSecret, ...places } = oauthApp(read([], {}, {}), vendor);
      expect([clientId, clientSecret]).toEqual(['', '']);
      for (const place of [places.authorizeUrl, places.tokenUrl, places.apiUrl]) expect(new URL(place).protocol).toBe('https:');
    }
  });

  it('keep secrets off the command line, and addresses to HTTP', () => {
    expect(() => read(['--box-client-secret', 's'], {}, {})).toThrow(UsageError);
    expect(() => read(['--box-token-url', 'ftp://box'], {}, {})).toThrow(UsageError);
    expect(() => read(['--oauth-redirect-origins', 'https://a.example/path'], {}, {})).toThrow(UsageError);
  });
});
