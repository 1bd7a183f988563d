// The hooks, as their package has them, with each version of React: rendered on a server, hydrated and used in Chromium.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { loadInChromium } from './browsers';
import { describeEnvironments, type Running } from './describe-environments';
import { reactChecks } from './programs/react-checks';
import { bundle, bundleForNode, createProjects, installMilliseconds } from './projects';
import { openService, type Service } from './service';

type Version = 'react-18' | 'react-19';

let service: Service;
let projects: Readonly<Record<Version, string>>;
beforeAll(async () => {
  service = await openService();
  projects = await createProjects({
    'react-18': ['react@18.3.1', 'react-dom@18.3.1'],
    'react-19': ['react@19.3.1', 'react-dom@19.3.1'],
  });
}, installMilliseconds);
afterAll(() => service.close());

const load = (version: Version, isStrict: boolean) => async (): Promise<Running> => {
  const project = projects[version];
  const [script, server] = await Promise.all([
    bundle('react.ts', project),
    bundleForNode('react-server.tsx', project),
  ]);
  const visit = service.visit(async ({ userId, url }) => {
    const properties = JSON.stringify({ userId, url, isStrict });
    const { stdout } = await promisify(execFile)(process.execPath, [server, properties]);
    return {
      '': `<!doctype html><div id="root">${stdout}</div><script src="main.js"></script>`,
      'main.js': script,
    };
  });
  return loadInChromium(visit, isStrict ? '?strict' : '');
};

describeEnvironments(
  {
    'React 18': load('react-18', false),
    'React 18 in StrictMode': load('react-18', true),
    'React 19': load('react-19', false),
    'React 19 in StrictMode': load('react-19', true),
  },
  reactChecks,
);
