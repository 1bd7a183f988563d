// Configures AWS SDK clients for the local stack's AWS endpoint.

/** The endpoint at a port, the region, and the developer's access key, which has all permissions. */
export function localClientConfiguration(port: number) {
  return {
    endpoint: `http://localhost:${port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  };
}
