// A few of the generated stories of scopes and subscriptions; test/simulation has very many.
import fc from 'fast-check';
import { playStory, stories } from '#test/support/core/scope-stories';

it('no message goes to a connection that may not see it, and none is withheld from one that may and has asked for it', () =>
  fc.assert(
    fc.asyncProperty(stories, async (story) => {
      await playStory(story);
    }),
    { numRuns: 200 },
  ));
