// The folders of the project that have source, each described in CONTRIBUTING.md.
export const rooms = [
  'infra',
  'lambdas',
  'sdk',
  'dashboard',
  'local',
  'bench',
  'cost',
  'verify',
  'docs',
  'test',
];
