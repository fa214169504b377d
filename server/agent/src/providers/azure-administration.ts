// Owns making and removing Azure containers.
import type { AzureClient, AzureRequest } from './azure-client.ts';
import { listBlobs } from './azure-listing.ts';
import { type BucketAdministration, ProviderError } from './provider.ts';

const container = (name: string, method: 'GET' | 'PUT' | 'DELETE', bucket: string): AzureRequest => ({
  name,
  method,
  container: bucket,
  query: { restype: 'container' },
});

export const propertiesOf = (bucket: string): AzureRequest => container('Get Container Properties', 'GET', bucket);

/** Public access, versioning and immutability are settings of the account first: there are no flags here. */
export const containerAdministration = (azure: AzureClient): BucketAdministration => ({
  async exists(bucket, signal) {
    const request = { ...propertiesOf(bucket), tolerated: ['ContainerNotFound'] };
    return (await azure.call(request, signal)).code === '';
  },

  async create({ name, objectLock }, signal) {
    if (objectLock)
      throw new ProviderError(
        'invalid',
        'Azure has no object lock for a container made this way: set an immutability policy in the portal',
      );
    await azure.call(container('Create Container', 'PUT', name), signal);
  },

  /** The service removes containers with all that is in them: so it is asked first, and what is put between is lost. */
  async remove({ name }, signal) {
    let continuationToken = '';
    do {
      const page = await listBlobs(azure, { bucket: name, prefix: '', delimiter: '', continuationToken, count: 1 }, signal);
      if (page.objects.length > 0) throw new ProviderError('conflict', `the container ${name} is not empty`);
      // The service may answer with an empty page that is not the last one.
      continuationToken = page.continuationToken;
    } while (continuationToken !== '');
    await azure.call(container('Delete Container', 'DELETE', name), signal);
  },
});
