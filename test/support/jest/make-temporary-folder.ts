// Runs before all tests: creates a folder for the temporary files of the tests and their child processes, which must be empty
// at the end (remove-temporary-folder.ts). Concurrent runs have different folders, so each detects only its own files.
import { makeTemporaryFolder } from '#local/support/temporary-folder';

export default async function setUp(): Promise<void> {
  const folder = await makeTemporaryFolder();
  // os.tmpdir() and most other programs use these variables: the first on POSIX, the others on Windows.
  for (const name of ['TMPDIR', 'TEMP', 'TMP']) process.env[name] = folder;
}
