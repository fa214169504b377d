// Owns which files a run leaves behind: every format, from the one result.
import { ctrfReporter } from './ctrf.ts';
import { eventsReporter } from './events.ts';
import { htmlReporter } from './html.ts';
import { jsonReporter } from './json.ts';
import { junitReporter } from './junit.ts';
import { markdownReporter } from './markdown.ts';
import type { Reporter } from './reporter.ts';

export const fileReporters = (directory: string): Reporter[] =>
  [eventsReporter, jsonReporter, junitReporter, htmlReporter, markdownReporter, ctrfReporter].map((reporterFor) => reporterFor(directory));
