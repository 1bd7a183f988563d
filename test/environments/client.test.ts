// The client, as its package has it, in every environment that it runs in: the same checks in each of them.
import { environments, type Running } from './environments';
import { clientChecks } from './programs/client-checks';
import type { Results } from './programs/test';
import { createProjects, installMilliseconds } from './projects';
import { openService, type Service } from './service';

let service: Service;
let project: string;
beforeAll(async () => {
  [service, { client: project }] = await Promise.all([
    openService(),
    createProjects({ client: ['ws@8.23.0'] }),
  ]);
}, installMilliseconds);
afterAll(() => service.close());

describe.each(Object.entries(environments))('the client in %s', (_name, load) => {
  let running: Running;
  let results: Results;
  beforeAll(async () => {
    running = await load(service, project);
    results = await running.visit.results;
  }, installMilliseconds);

  it.each(Object.keys(clientChecks))('%s', (sentence) => {
    expect(results[sentence] ?? 'not made, because an earlier check has failed').toBe('passed');
  });

  it('ends without a complaint', async () => {
    await expect(running.end()).resolves.toEqual([]);
  });
});
