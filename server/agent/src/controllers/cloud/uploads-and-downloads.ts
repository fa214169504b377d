// Owns starting uploads and downloads: the last three storage operations of the Cloud controller (cloud.md, Storage Operations).
import { basename, win32 } from 'node:path';
import { CloudType, ObjectType, type Schema, TransferHistoryOrigin } from '@click-kit/contract';
import type { CloudAccounts } from '../../account/cloud-accounts.ts';
import { unauthenticated } from '../../account/failure.ts';
import type { Caller } from '../../account/sessions.ts';
import type { ReceivedForm } from '../../http/form.ts';
import { given } from '../../http/given.ts';
import type { Handlers } from '../../http/handler.ts';
import { Problem } from '../../http/problem.ts';
import type { TransferEngine } from '../../transfers/engine.ts';
import type { CloudRef, TransferPlan } from '../../transfers/plan.ts';
import { pathBelow } from '../../transfers/safe-path.ts';
import type { Staging } from '../../transfers/staging.ts';
import { started } from './transfer-start.ts';

export interface UploadAndDownloadDependencies {
  readonly cloudAccounts: CloudAccounts;
  readonly transfers: TransferEngine;
  readonly trackable: (cloudType: number) => boolean;
  readonly staging: Staging;
}

type UploadOrDownload = 'uploadObject' | 'downloadObject' | 'uploadObjectFromForm';

/** The account of a transfer, as far as a plan keeps it: never its keys. */
interface Place {
  readonly caller: Caller;
  readonly id: string;
  readonly cloudType: number;
}

export function uploadsAndDownloads(dependencies: UploadAndDownloadDependencies): Pick<Handlers, UploadOrDownload> {
  const { transfers, staging } = dependencies;
  return {
    async uploadObject({ body, caller }) {
      const place = placeOf(dependencies, caller, body.cloudAccount);
      const path = given(body.localFilePath, 'localFilePath');
      const bucket = given(body.storageName, 'storageName');
      await transfers.checkLocalFile(path);
      const fileName = basename(path);
      const target = object(place, bucket, `${folderOf(body.uploadPath)}${fileName}`);
      const common = commonOf(dependencies, place, body.name || fileName);
      return {
        status: 200,
        body: started(transfers.start({ ...common, source: { type: 'file', path }, target }, freeId(dependencies, place, body.id))),
      };
    },

    async downloadObject({ body, caller }) {
      const place = placeOf(dependencies, caller, body.cloudAccount);
      const folder = given(body.downloadPath, 'downloadPath');
      const key = given(body.objectKey, 'objectKey');
      const bucket = given(body.storageName, 'storageName');
      await transfers.checkLocalFolder(folder);
      const name = nameOf(key);
      const common = commonOf(dependencies, place, body.name || name);
      const path = pathBelow(folder, name);
      const plan: TransferPlan =
        body.objectType === ObjectType.Directory
          ? { ...common, source: { ...object(place, bucket, key), type: 'prefix' }, target: { type: 'folder', path } }
          : { ...common, source: object(place, bucket, key), target: { type: 'file', path } };
      return { status: 200, body: started(transfers.start(plan, freeId(dependencies, place, body.id))) };
    },

    async uploadObjectFromForm({ body: form, caller }) {
      try {
        return { status: 200, body: await uploadForm(dependencies, form, caller) };
      } finally {
        // A file that was taken over has been moved away; anything else must not stay.
        if (form.file !== undefined) await staging.discard(form.file.path);
      }
    },
  };
}

async function uploadForm(
  dependencies: UploadAndDownloadDependencies,
  { fields, file }: ReceivedForm,
  caller: Caller | undefined,
): Promise<{ transferId: string }> {
  const { transfers, staging } = dependencies;
  // Documented: 400 when `file` is missing or empty.
  if (file === undefined || file.size === 0)
    throw new Problem(400, 'DEFAULT', 'The request is not valid: the form has no file, or an empty one.');
  const place = placeOf(dependencies, caller, accountJson(given(fields.cloudAccountJson, 'cloudAccountJson')));
  const bucket = given(fields.storageName, 'storageName');
  const fileName = win32.basename(file.name) || 'unnamed';
  const staged = await staging.stage({ path: file.path, cloudAccountId: place.id, storageName: bucket, fileName });
  try {
    const target = object(place, bucket, `${folderOf(fields.uploadPath)}${fileName}`);
    const plan: TransferPlan = { ...commonOf(dependencies, place, fileName), source: { type: 'file', path: staged }, target };
    const answer = started(transfers.start(plan, freeId(dependencies, place, fields.id)));
    staging.belongsTo(answer.transferId, staged);
    return answer;
  } catch (error) {
    await staging.discard(staged);
    throw error;
  }
}

function accountJson(text: string): Schema<'CloudAccountReference'> {
  try {
    const account: unknown = JSON.parse(text);
    if (typeof account === 'object' && account !== null && 'id' in account && typeof account.id === 'string') return { id: account.id };
  } catch (error) {
    throw new Problem(499, 'DEFAULT', 'The request is not valid: cloudAccountJson is not JSON.', error);
  }
  throw new Problem(499, 'DEFAULT', 'The request is not valid: cloudAccountJson has to be a cloud account with its id.');
}

/** Transfers outlive the request and must not store keys, so their account has to be a stored one. */
function placeOf(
  { cloudAccounts }: UploadAndDownloadDependencies,
  caller: Caller | undefined,
  reference: Schema<'CloudAccountReference'> | undefined,
): Place {
  if (caller === undefined) throw unauthenticated('TOKEN', 'A token is required: nobody is signed in to the agent.');
  const id = given(reference?.id, 'cloudAccount.id').toLowerCase();
  return { caller, id, cloudType: cloudAccounts.resolve(caller, { id }).account.cloudType };
}

/** An id of the caller's own counts for fire-and-forget transfers only (cloud.md, Upload Object). */
function freeId({ trackable, transfers }: UploadAndDownloadDependencies, { cloudType }: Place, id: string | undefined): string | undefined {
  if (id === undefined || id === '' || trackable(cloudType)) return undefined;
  if (transfers.get(id) !== undefined) throw new Problem(499, 'DUPLICATE', 'There is a transfer with this id already.');
  return id;
}

function commonOf({ trackable }: UploadAndDownloadDependencies, { caller, cloudType }: Place, name: string) {
  const storageType = Object.entries(CloudType).find(([, value]) => value === cloudType)?.[0] ?? '';
  return {
    kind: 'client',
    name,
    userId: caller.userId,
    accountId: caller.accountId,
    origin: trackable(cloudType) ? TransferHistoryOrigin.FastrLocal : TransferHistoryOrigin.Direct,
    storageType,
    contentType: 'application/octet-stream',
  } as const;
}

const object = ({ id, cloudType }: Place, bucket: string, key: string): CloudRef & { type: 'object' } => ({
  type: 'object',
  cloudAccountId: id,
  serverUrl: null,
  provider: cloudType,
  bucket,
  key: key.replace(/^\/+/, ''),
});

/** The documented example is `uploads`, without a slash; both forms and the root are understood. */
function folderOf(path: string | undefined): string {
  const folder = (path ?? '').replaceAll('\\', '/').replace(/^\/+|\/+$/g, '');
  return folder === '' ? '' : `${folder}/`;
}

const nameOf = (key: string): string => key.replace(/\/+$/, '').split('/').at(-1) ?? '';
