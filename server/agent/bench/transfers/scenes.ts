// Owns the list of scenes of the transfer benchmark, in the order in which they run.
import type { Scene } from './scene.ts';
import { httpDownload } from './scenes/http-download.ts';
import { longListing } from './scenes/long-listing.ts';
import { memory } from './scenes/memory.ts';
import { s3Upload } from './scenes/s3-upload.ts';
import { serverToServer } from './scenes/server-to-server.ts';
import { smallObjects } from './scenes/small-objects.ts';
import { stop } from './scenes/stop.ts';

export const scenes: Readonly<Record<string, Scene>> = {
  s2s: serverToServer,
  's3-upload': s3Upload,
  'http-download': httpDownload,
  small: smallObjects,
  rss: memory,
  listing: longListing,
  stop,
};

export const sceneNames = Object.keys(scenes);
