// The IAM policies of docs/reporting.md allow a backend its own source and no other, as the document says.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';
import { decide } from '#local/aws/endpoint/policy';
import { statement } from '#local/template/resources/policy-document';

const text = readFileSync(path.resolve(__dirname, '../../../docs/reporting.md'), 'utf8');

/** The statements in the JSON samples of the document. */
const statements = [...text.matchAll(/```json\n(.*?)```/gs)]
  .map(([, json = '']) => JSON.parse(json) as { Sid?: string; Statement?: unknown[] })
  .flatMap((sample) => sample.Statement ?? (sample.Sid === undefined ? [] : [sample]))
  .map((sample) => v.parse(statement, sample));

const bus = 'arn:aws:events:eu-central-1:111122223333:event-bus/mission-control';

/** The decision on a request whose entries have these sources. */
function decisionOn(sid: string, sources: readonly string[], context = {}) {
  const found = statements.filter((each) => each.Sid === sid);
  return decide(found, 'events:PutEvents', bus, { 'events:source': sources, ...context });
}

it.each([
  ['ReportAsTeamA', 'team-a'],
  ['TeamBOfAnotherAccount', 'team-b'],
])('%s allows all entries of a request to have the source %s, and nothing else', (sid, own) => {
  expect(decisionOn(sid, [own])).toBe('allowed');
  expect(decisionOn(sid, [own, own])).toBe('allowed');
  for (const other of [
    'mission-control',
    'mission-control.operator',
    `${own}b`,
    own.toUpperCase(),
  ]) {
    expect(decisionOn(sid, [other])).toBe('notAllowed');
    expect(decisionOn(sid, [own, other])).toBe('notAllowed');
  }
  expect(decisionOn(sid, [])).toBe('notAllowed');
});

it('OnlyTeamA denies the source to all other roles, also beside other sources', () => {
  const by = (role: string) => ({
    'aws:PrincipalArn': `arn:aws:iam::111122223333:role/${role}`,
  });
  expect(decisionOn('OnlyTeamA', ['team-a'], by('team-a-backend'))).toBe('notAllowed');
  expect(decisionOn('OnlyTeamA', ['team-b'], by('admin'))).toBe('notAllowed');
  expect(decisionOn('OnlyTeamA', ['team-a'], by('admin'))).toBe('denied');
  expect(decisionOn('OnlyTeamA', ['mission-control', 'team-a'], by('admin'))).toBe('denied');
});
