// The program of the package, `npx mission-control-realtime`, and `npm run tail` within the project.
import { version } from '../../package.json';
import { UsageError } from './arguments';
import { runAsProcess, withSentences } from './command';
import { runTail } from './tail/run-tail';

const help = `Usage: mission-control-realtime COMMAND [options]

  tail       prints what agents report, line by line; tail --help lists its options
  --version  prints the version of the package`;

const main = withSentences(async ([name, ...args], output) => {
  if (name === 'tail') return runTail(args, output);
  if (name === '--version') {
    output.print(version);
    return 0;
  }
  if (name !== '--help') throw new UsageError('The first argument must be the command tail.');
  output.print(help);
  return 0;
});

// Nothing is left to wait for, e.g. whether the server answers the close.
void runAsProcess(main).then(() => process.exit());
