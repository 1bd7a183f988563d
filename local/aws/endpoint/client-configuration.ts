// How clients of the AWS SDK reach the local stack's AWS endpoint.

/** Endpoint, region and the one pair of keys that may do everything. */
export function localClientConfiguration(port: number) {
  return {
    endpoint: `http://localhost:${port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  };
}
