// Owns the listing of one folder of a OneDrive.
import type { FolderEntry, FolderPages } from './folder-listing.ts';
import type { Item, OneDriveClient } from './onedrive-client.ts';
import { itemFacts } from './onedrive-files.ts';

const QUERY = '?$top=1000&$select=id,name,size,eTag,cTag,file,folder,lastModifiedDateTime';

export function folderPages(client: OneDriveClient, bucket: string, signal: AbortSignal): FolderPages {
  return async function* (folder) {
    const what = 'OneDrive children';
    let page = await client.call({ what, method: 'GET', url: client.at(bucket, folder, 'children') + QUERY, tolerated: [404] }, signal);
    if (page.status === 404) return;
    for (;;) {
      yield entriesOf(page.json);
      const next = page.json['@odata.nextLink'];
      if (typeof next !== 'string') return;
      page = await client.call({ what, method: 'GET', url: client.sameApi(next) }, signal);
    }
  };
}

/** What is neither a file nor a folder (a notebook is a package) has no bytes to read. */
function entriesOf({ value }: Item): FolderEntry[] {
  const items = Array.isArray(value) ? (value as Item[]) : [];
  return items.flatMap((item): FolderEntry[] => {
    const kind = item.folder !== undefined ? 'folder' : item.file !== undefined ? 'file' : undefined;
    return kind !== undefined && typeof item.name === 'string' ? [{ name: item.name, kind, ...itemFacts(item) }] : [];
  });
}
