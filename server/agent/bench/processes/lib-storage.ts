// The peer of uploads to S3: @aws-sdk/lib-storage with its defaults but for the part size and the queue. Tells the time of the upload alone.
import { createReadStream, statSync } from 'node:fs';
import { S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';

const [, , endpoint = '', accessKeyId = '', secretAccessKey = '', Bucket = '', Key = '', path = ''] = process.argv;
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
const client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials: { accessKeyId, secretAccessKey } });
const before = process.cpuUsage();
const started = performance.now();
const params = { Bucket, Key, Body: createReadStream(path), ContentLength: statSync(path).size };
await new Upload({ client, params, partSize: 8 * 1024 * 1024, queueSize: 4 }).done();
const seconds = (performance.now() - started) / 1000;
const { user, system } = process.cpuUsage(before);
console.log(JSON.stringify({ seconds, cpuSeconds: (user + system) / 1e6, peakMB: process.resourceUsage().maxRSS / 1024 }));
