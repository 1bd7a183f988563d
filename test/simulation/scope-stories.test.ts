// Very many generated stories of scopes and subscriptions: 100,000 steps, of which each is a case.
import fc from 'fast-check';
import { playStory, stories } from '../support/core/scope-stories';

const cases = 100_000;

it('in 100,000 steps, no message goes to a connection that may not see it, and none is withheld from one that may and has asked for it', async () => {
  let played = 0;
  while (played < cases) {
    await fc.assert(
      fc.asyncProperty(stories, async (story) => {
        played += await playStory(story);
      }),
      { numRuns: 1_000 },
    );
  }
  expect(played).toBeGreaterThanOrEqual(cases);
}, 900_000);
