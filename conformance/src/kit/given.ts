// Owns what a check starts from: a session, a channel, object servers with an account, local files. All of it is undone afterwards.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Api } from './api.ts';
import { ChannelListener } from './channel.ts';
import type { Cleanup } from './cleanup.ts';
import type { Environment } from './environment.ts';
import { codeOf } from './error-model.ts';
import { Blocked, NoAnswer, NotApplicable } from './faults.ts';
import { type LogCollector, startLogCollector } from './log-collector.ts';
import { loginBody, setUpApi, signIn } from './login.ts';
import { seededBytes, sha256 } from './random-bytes.ts';
import type { Fixtures } from './fixtures/index.ts';
import type { Recorder } from './recorder.ts';
import { type IdentityProvider, startIdentityProvider } from './sso/identity-provider.ts';
import { type ObjectServerFixture, openAccount, startObjects, type Storage, type StorageOptions } from './storage.ts';
import { type Credentials, isLocal } from './target.ts';
import { cloudNames } from './cloud-types.ts';
import type { OperationId } from './contract.ts';
import { notOffered } from './offered.ts';
import { removeHistory } from './leftovers/history.ts';
import { nothingLeftAtTarget } from './leftovers/index.ts';

export interface LocalFile {
  readonly path: string;
  readonly name: string;
  readonly bytes: Buffer;
  readonly sha256: string;
}

export interface GivenTools {
  readonly environment: Environment;
  readonly api: Api;
  readonly recorder: Recorder;
  readonly caseId: string;
  readonly cleanup: Cleanup;
  readonly signal: AbortSignal;
}

export class Given {
  readonly #tools: GivenTools;

  constructor(tools: GivenTools) {
    this.#tools = tools;
  }

  credentials(): Credentials {
    const { credentials } = this.#tools.environment.target;
    this.#needs('login');
    if (credentials === undefined) throw new Blocked('no --username and --password are given');
    return credentials;
  }

  mfaCredentials(): Credentials & { readonly totpSecret: string } {
    const { mfaCredentials } = this.#tools.environment.target;
    if (mfaCredentials?.totpSecret === undefined) throw new NotApplicable('no user with a second factor is configured (--totp-secret)');
    return { ...mfaCredentials, totpSecret: mfaCredentials.totpSecret };
  }

  /** The session of the run: one login for all checks. */
  async session(): Promise<Api> {
    return this.#tools.api.withToken(await this.#shared('session', () => this.#signInForRun()));
  }

  /** A session of this check's own, which it may end; it also makes its user the one who signed in last. */
  async freshSession(): Promise<Api> {
    const { environment, api, signal, cleanup, caseId } = this.#tools;
    const own = setUpApi(environment, caseId, signal);
    const token = await signIn(environment, this.credentials(), own, signal);
    cleanup.add('a session', () => own.forCleanUp().call('logout', { body: { jwtToken: token } }));
    return api.withToken(token);
  }

  /** A server that the agent under judgement was told about; only the kit's own agent can be told. */
  fixture<Name extends keyof Fixtures>(name: Name): Fixtures[Name] {
    const fixture = this.#tools.environment.target.fixtures?.[name];
    if (fixture === undefined) throw new NotApplicable(`the target was not started by the kit, so it does not know its ${name}`);
    return fixture;
  }

  memberCredentials(): Credentials {
    const { memberCredentials } = this.#tools.environment.target;
    if (memberCredentials === undefined) throw new NotApplicable('no user who is no administrator is configured (`member` in the profile)');
    return memberCredentials;
  }

  /** A user of the account who is no administrator. */
  async memberSession(): Promise<Api> {
    return await this.#sessionOf('member', this.memberCredentials());
  }

  /** How a server is asked to push is documented nowhere: only of its own agent the kit knows that it can ask the kit's servers. */
  pushingServers(): void {
    if (this.#tools.environment.target.spawned) return;
    throw new NotApplicable(
      'the protocol in which a server is asked to push is not documented, so the target need not speak that of the kit',
    );
  }

  /** A collector of this check's own on this machine, which the API can name as a log destination. */
  async logCollector(): Promise<LogCollector> {
    const { environment, cleanup } = this.#tools;
    if (!isLocal(environment.target))
      throw new Blocked(`${environment.target.url} is another machine, which cannot reach a collector on this one`);
    const collector = await startLogCollector();
    cleanup.add('the log collector', () => collector.close());
    return collector;
  }

  /** An administrator of another account. */
  async strangerSession(): Promise<Api> {
    const { strangerCredentials } = this.#tools.environment.target;
    if (strangerCredentials === undefined) throw new NotApplicable('no user of another account is configured (`stranger` in the profile)');
    return await this.#sessionOf('stranger', strangerCredentials);
  }

  loginBody(): ReturnType<typeof loginBody> {
    return loginBody(this.credentials());
  }

  /**
   * What a login that has to succeed is sent. Whether the right password was given is no finding about the target, so a refusal blocks;
   * the users of a spawned agent are known to be right.
   */
  async acceptedLoginBody(): Promise<ReturnType<typeof loginBody>> {
    const { target } = this.#tools.environment;
    if (!target.spawned) await this.#shared('accepted credentials', () => this.#tryCredentials());
    return this.loginBody();
  }

  async channel(name: 'notification' | 'stateChange'): Promise<ChannelListener> {
    const { environment, recorder, caseId, signal, cleanup } = this.#tools;
    const channel = environment.contract.channels.find((candidate) => candidate.name === name);
    if (channel === undefined) throw new Blocked(`the contract has no channel ${name}`);
    const listener = new ChannelListener(channel, {
      contract: environment.contract,
      validator: environment.validator,
      targetUrl: environment.target.url,
      recorder,
      caseId,
      signal,
    });
    cleanup.add(`channel ${name}`, () => listener.close());
    return await listener.open();
  }

  /** Two buckets on the kit's object server and a cloud account that opens it, shared by the run unless it is throttled. */
  async storage(options: StorageOptions = {}): Promise<Storage> {
    this.#needsCloud(options.cloudType ?? 2048);
    const server = await this.#shared('object server', () => startObjects(this.#tools.environment, this.#tools.environment.cleanup));
    if (options.bytesPerSecond === undefined) {
      return await this.#shared(`account ${options.cloudType ?? 2048}`, () => this.#openForRun(server, options));
    }
    const { environment, cleanup, caseId, signal } = this.#tools;
    const token = await this.#shared('session', () => this.#signInForRun());
    return await openAccount(environment, server, setUpApi(environment, caseId, signal).withToken(token), cleanup, options);
  }

  /** An object server of this check's own, to be stopped or broken. */
  async ownObjectServer(): Promise<ObjectServerFixture> {
    return await startObjects(this.#tools.environment, this.#tools.cleanup);
  }

  async accountAt(server: ObjectServerFixture): Promise<Storage> {
    this.#needsCloud(2048);
    const { environment, cleanup, caseId, signal } = this.#tools;
    const token = await this.#shared('session', () => this.#signInForRun());
    return await openAccount(environment, server, setUpApi(environment, caseId, signal).withToken(token), cleanup, {});
  }

  /** Knows everybody who is asked for, and sends browsers to the callback of the documentation's samples. */
  identityProvider(): Promise<IdentityProvider> {
    const { target, prefix, redactor, cleanup } = this.#tools.environment;
    if (!isLocal(target)) throw new Blocked(`${target.url} is another machine, which cannot reach the kit's identity provider on this one`);
    return this.#shared('identity provider', async () => {
      const provider = await startIdentityProvider({ clientId: `${prefix}-client`, callbackUrl: 'http://localhost:29123/sso/callback' });
      redactor.add(provider.clientSecret);
      cleanup.add('identity provider', () => provider.stop());
      return provider;
    });
  }

  async folder(): Promise<string> {
    const { environment, cleanup } = this.#tools;
    const path = await mkdtemp(join(tmpdir(), `${environment.prefix}-`));
    cleanup.add(path, () => rm(path, { recursive: true, force: true }));
    return path;
  }

  bytes(size: number): Buffer {
    return seededBytes(`${this.#tools.environment.prefix}/${this.#tools.caseId}/${size}`, size);
  }

  async file(name: string, size: number): Promise<LocalFile> {
    const bytes = this.bytes(size);
    const path = join(await this.folder(), name);
    await writeFile(path, bytes);
    return { path, name, bytes, sha256: sha256(bytes) };
  }

  #needs(...operations: readonly OperationId[]): void {
    const reason = notOffered({ operations }, this.#tools.environment.target);
    if (reason !== undefined) throw new NotApplicable(reason);
  }

  #needsCloud(cloudType: number): void {
    const { target, contract } = this.#tools.environment;
    this.#needs('insertCloudAccount', 'deleteCloudAccount');
    if (target.clouds === undefined || target.clouds.includes(cloudType)) return;
    throw new NotApplicable(`the profile of the target does not list the cloud ${cloudNames(contract).get(cloudType) ?? cloudType}`);
  }

  /** A fixture that failed once has failed for the whole run: everything that needs it is blocked. */
  #shared<Value>(name: string, make: () => Promise<Value>): Promise<Value> {
    const { shared } = this.#tools.environment;
    const made = shared.get(name) ?? make();
    shared.set(name, made);
    return (made as Promise<Value>).catch((error: unknown) => {
      // A login that was merely cut off with its check may succeed for the next one.
      if (this.#tools.signal.aborted || error instanceof NoAnswer) shared.delete(name);
      throw error;
    });
  }

  async #sessionOf(who: string, credentials: Credentials): Promise<Api> {
    const { environment, api } = this.#tools;
    const token = await this.#shared(`session of the ${who}`, async () => {
      const own = setUpApi(environment, 'set-up', environment.signal);
      const jwtToken = await signIn(environment, credentials, own, environment.signal);
      const after = own.forCleanUp();
      environment.cleanup.add(`the session of the ${who}`, () => after.call('logout', { body: { jwtToken } }));
      return jwtToken;
    });
    return api.withToken(token);
  }

  async #tryCredentials(): Promise<void> {
    const { environment, signal } = this.#tools;
    const { status, body, headers } = await setUpApi(environment, 'set-up', signal).call('login', { body: this.loginBody() });
    if (status !== 401) return;
    const who = this.credentials().username;
    throw new Blocked(
      `the target refuses ${who} (401 ${codeOf(body, headers) ?? ''}): check the user name, the password and the user type`,
    );
  }

  async #signInForRun(): Promise<string> {
    const { environment, signal } = this.#tools;
    const api = setUpApi(environment, 'set-up', signal);
    const token = await signIn(environment, this.credentials(), api, signal);
    const after = api.forCleanUp();
    environment.cleanup.add('the session of the run', () => after.call('logout', { body: { jwtToken: token } }));
    const offers = (...operations: readonly OperationId[]): boolean => notOffered({ operations }, environment.target) === undefined;
    const own = after.withToken(token);
    // Undone in reverse: accounts, then history, then the look at what is left, then the session.
    environment.cleanup.add('looking for what is left', () => nothingLeftAtTarget(own, environment.prefix, environment.target));
    if (offers('getAllTransferHistory', 'deleteTransferHistory'))
      environment.cleanup.add('history records', () => removeHistory(own, (name) => name.startsWith(`${environment.prefix}-`)));
    return token;
  }

  async #openForRun(server: ObjectServerFixture, options: StorageOptions): Promise<Storage> {
    const { environment } = this.#tools;
    const token = await this.#shared('session', () => this.#signInForRun());
    const api = setUpApi(environment, 'set-up', environment.signal).withToken(token);
    return await openAccount(environment, server, api, environment.cleanup, options);
  }
}
