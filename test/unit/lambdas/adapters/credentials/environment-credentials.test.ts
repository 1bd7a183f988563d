// The credentials of bundled functions, which come from the environment only.
import { defaultProvider } from '#adapters/credentials/environment-credentials';

const names = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'] as const;
const before = Object.fromEntries(names.map((name) => [name, process.env[name]]));

function setEnvironment(values: Readonly<Record<string, string | undefined>>): void {
  for (const name of names) {
    const value = values[name];
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
  }
}
afterEach(() => {
  setEnvironment(before);
});

it('are those of the environment, with the session token if there is one', async () => {
  const provide = defaultProvider();
  setEnvironment({ AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: 'secret' });
  await expect(provide()).resolves.toEqual({ accessKeyId: 'AKIA', secretAccessKey: 'secret' });
  setEnvironment({
    ...{ AWS_ACCESS_KEY_ID: 'ASIA', AWS_SECRET_ACCESS_KEY: 'other', AWS_SESSION_TOKEN: 'session' },
  });
  await expect(provide()).resolves.toEqual({
    ...{ accessKeyId: 'ASIA', secretAccessKey: 'other', sessionToken: 'session' },
  });
});

it.each([
  ['nothing', {}],
  ['no secret', { AWS_ACCESS_KEY_ID: 'AKIA' }],
  ['an empty id', { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: 'secret' }],
])('are refused with what is expected if the environment has %s', async (_, environment) => {
  setEnvironment(environment);
  await expect(defaultProvider()()).rejects.toThrow(
    'There are no credentials: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY must be set',
  );
});
