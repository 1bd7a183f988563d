// The agents of the screenshots, and what they say.
interface Team {
  readonly agents: readonly string[];
  /** What the ids of sessions begin with. */
  readonly session: string;
  readonly messages: readonly string[];
}

const teams: Readonly<Record<string, Team>> = {
  build: {
    agents: ['android-app', 'api-gateway', 'design-system', 'ios-app', 'nightly', 'web-checkout'],
    session: 'pr',
    messages: [
      'Ran 412 tests: all passed',
      'Reads the review comments',
      'Changed 3 files and began the tests again',
      'Bisects a failure that began on Tuesday',
      'Waits for the pipeline, about 4 minutes',
      'Wrote a test for an empty cart, which fails as it should',
    ],
  },
  data: {
    agents: ['catalog-sync', 'invoice-import', 'quality-checks', 'sales-forecast'],
    session: 'run',
    messages: [
      'Loaded 48,210 rows, 3 of them twice',
      'Compares the totals with those of yesterday',
      'Asks for the missing exchange rates of March',
      'Wrote the report of all rows without a customer',
      'Step 4 of 9: joins orders and returns',
    ],
  },
  docs: {
    agents: ['api-reference', 'release-notes', 'translations'],
    session: 'page',
    messages: [
      'Rewrites the section on pagination, as the review asked',
      'Found 12 links that lead nowhere',
      'Compiles the samples of chapter 3',
      'Drafted the notes of version 4.2',
    ],
  },
  ops: {
    agents: ['capacity-plan', 'cost-report', 'dependency-updates', 'incident-notes', 'log-triage'],
    session: 'task',
    messages: [
      'Reads the logs from 09:40 to 10:05',
      'Grouped 1,204 warnings into 7 causes',
      'Opened an update of 4 packages, with their changes',
      'Estimates the disk space of the next quarter',
      'Asks who is on call for the search service',
    ],
  },
  research: {
    agents: ['competitor-news', 'paper-digest', 'pricing-survey', 'usability-notes'],
    session: 'topic',
    messages: [
      'Read 14 of 40 papers',
      'Summarizes the interviews of Monday',
      'Checks two quotations against the recordings',
      'Compares the plans of five providers, with their limits and what each costs for a team of twenty',
    ],
  },
  support: {
    agents: ['billing-desk', 'chat-de', 'chat-en', 'chat-fr', 'escalations', 'refunds'],
    session: 'ticket',
    messages: [
      'Customer said: The invoice has the old address',
      'Looks up the order of 3 March',
      'Drafted an answer and waits for approval',
      'Asked which version of the app is installed',
      'Closed: the customer has confirmed that it works',
      'Translates the question for the team in Lyon',
    ],
  },
};

/** An agent of a team. `index` is its place in the team. */
export interface StoryAgent {
  readonly agentId: string;
  readonly team: Team;
  readonly index: number;
}

/** All agents, by name. */
export const agents: readonly StoryAgent[] = Object.entries(teams).flatMap(([name, team]) =>
  team.agents.map((agent, index) => ({ agentId: `${name}/${agent}`, team, index })),
);
