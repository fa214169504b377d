// Owns the listing of one Dropbox folder, which comes in no stated order.
import { type DropboxClient, fileFacts, type Metadata } from './dropbox-client.ts';
import { ProviderError } from './provider.ts';
import type { FolderEntry, FolderPages } from './folder-listing.ts';

/** docs: files/list_folder, "approximate maximum number of results", up to 2000. */
const PAGE = 2000;

export function folderPages(client: DropboxClient, bucket: string, signal: AbortSignal): FolderPages {
  return async function* (folder) {
    // What is no file to download (Paper documents) cannot be an object.
    const argument = { path: client.path(bucket, folder), recursive: false, include_non_downloadable_files: false, limit: PAGE };
    let page = await client.rpc('files/list_folder', argument, signal, [409]);
    if (page.status === 409) {
      const error = client.refusal('files/list_folder', page);
      if (error.kind === 'missing') return;
      throw error;
    }
    for (;;) {
      yield entriesOf(page.json);
      if (page.json.has_more !== true) return;
      if (typeof page.json.cursor !== 'string') throw new ProviderError('invalid', 'Dropbox files/list_folder gave no cursor');
      page = await client.rpc('files/list_folder/continue', { cursor: page.json.cursor }, signal);
    }
  };
}

function entriesOf({ entries }: Metadata): FolderEntry[] {
  const list = Array.isArray(entries) ? (entries as Metadata[]) : [];
  return list.flatMap((entry): FolderEntry[] => {
    const { '.tag': kind, name } = entry;
    return (kind === 'file' || kind === 'folder') && typeof name === 'string' ? [{ name, kind, ...fileFacts(entry) }] : [];
  });
}
