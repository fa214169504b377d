// Owns the story of an upload from a browser's file picker (cloud.md, Upload Object From Form).
import type { Form } from '../../src/kit/multipart.ts';
import type { Context } from '../../src/kit/check.ts';
import { scenario } from '../../src/kit/scenario.ts';
import { sha256 } from '../../src/kit/random-bytes.ts';
import { MiB } from '../../src/kit/transfers.ts';

async function fieldsOf({ given }: Context): Promise<Form['fields']> {
  const { account, target } = await given.storage();
  return { cloudAccountJson: JSON.stringify(account), storageName: target, uploadPath: 'forms' };
}

const refused = (id: string, title: string, file: Form['file'] | null) =>
  scenario(
    `cloud.form-upload.${id}`,
    { title, controller: 'Cloud', operations: ['uploadObjectFromForm'], statuses: [400], proves: ['CLOUD-FORM-002'] },
    async (context) => {
      const fields = await fieldsOf(context);
      await context.given.freshSession();
      const { status } = await context.api.call('uploadObjectFromForm', { form: { fields, ...(file && { file }) } });
      context.expect.equal(status, 400, 'the form is answered 400');
    },
  );

export const scenarios = [
  scenario(
    'cloud.form-upload.bytes-arrive',
    {
      title: 'A file from a form is uploaded for the user who is signed in, byte for byte',
      controller: 'Cloud',
      operations: ['uploadObjectFromForm'],
      proves: ['CLOUD-FORM-001', 'CLOUD-FORM-003'],
    },
    async (context) => {
      const { api, given, expect, name, eventually } = context;
      const storage = await given.storage();
      const [fields, bytes, fileName] = [await fieldsOf(context), given.bytes(2 * MiB + 5), `${name('file')}.bin`];
      await given.freshSession();
      const { status } = await api.call('uploadObjectFromForm', { form: { fields, file: { name: fileName, bytes } } });
      expect.equal(status, 200, 'the form is answered 200');
      await eventually({
        rule: 'the object equals the file of the form (SHA-256)',
        read: () => storage.objects.sha256(storage.target, `forms/${fileName}`),
        fits: (digest) => digest === sha256(bytes),
      });
    },
  ),
  refused('missing-file', 'A form without a file is answered 400', null),
  refused('empty-file', 'A form with an empty file is answered 400', { name: 'empty.bin', bytes: new Uint8Array() }),
];
