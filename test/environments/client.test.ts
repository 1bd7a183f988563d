// The client, as its package has it, in every environment that it runs in: the same checks in each of them.
import { loadInChromium, loadInFirefox } from './browsers';
import { describeEnvironments } from './describe-environments';
import { loadInNode } from './node';
import { clientChecks } from './programs/client-checks';
import { bundle, bundleForNode, createProjects, installMilliseconds } from './projects';
import { openService, type Service, type Visit } from './service';

let service: Service;
let project: string;
beforeAll(async () => {
  service = await openService();
  ({ client: project } = await createProjects({ client: ['ws@8.23.0'] }));
}, installMilliseconds);
afterAll(() => service.close());

const visit = async (html: string): Promise<Visit> =>
  service.visit({ '': html, 'main.js': await bundle('client.ts', project) });
const page = () => visit('<!doctype html><script src="main.js"></script>');
const pageWithWorker = () => visit('<!doctype html><script>new Worker("main.js")</script>');
const inNode = (version: string, program: string) => async () =>
  loadInNode(service.visit(), version, await bundleForNode(program, project));

describeEnvironments(
  {
    'a page in Chromium': async () => loadInChromium(await page()),
    'a Web Worker in Chromium': async () => loadInChromium(await pageWithWorker()),
    'a page in Firefox': async () => loadInFirefox(await page()),
    'a Web Worker in Firefox': async () => loadInFirefox(await pageWithWorker()),
    'Node.js 20 with ws': inNode('20.19.0', 'client-with-ws.ts'),
    'Node.js 22 with its own WebSocket': inNode('22.13.0', 'client.ts'),
    'Node.js 24 with ws': inNode('24.21.0', 'client-with-ws.ts'),
    'Node.js 24 with its own WebSocket': inNode('24.21.0', 'client.ts'),
    'Node.js 26 with its own WebSocket': inNode('26.10.0', 'client.ts'),
  },
  clientChecks,
);
