// Before all tests: they and whatever they start have a folder for temporary files of their own, which must be empty
// when they end (remove-temporary-folder.ts). However many runs there are at a time, each sees its own litter.
import { makeTemporaryFolder } from '#local/support/temporary-folder';

export default async function setUp(): Promise<void> {
  const folder = await makeTemporaryFolder();
  // What os.tmpdir() and most other programs ask for: the first on POSIX, the others on Windows.
  for (const name of ['TMPDIR', 'TEMP', 'TMP']) process.env[name] = folder;
}
