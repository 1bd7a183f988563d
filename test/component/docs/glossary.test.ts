// Names, comments and documents contain none of the terms that the glossary lists as no longer used.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { rooms } from '#test/support/rooms';

const project = path.resolve(__dirname, '../../..');
const read = (file: string) => readFileSync(path.join(project, file), 'utf8');

/** The terms in the last column of the glossary's table, e.g. `frame`. */
const retired = read('docs/glossary.md')
  .split('\n')
  .map((line) => /^\|.*\|.*\|(.+)\|$/.exec(line)?.[1]?.trim() ?? '')
  .flatMap((cell) => cell.split(', '))
  .filter((word) => /^[a-z]+$/.test(word) && word !== 'not');

/** Names in which a retired word has its standard meaning: a frame of RFC 6455 or of a browser. */
const allowedNames =
  /^(frame-scanner|frame-schedule|frames)\.|Frame(Scanner|Schedule|Option|Options)$|AnimationFrame$|^(inFrame|inNextFrame|frame|frames|frameOptions?|maxFrameBytes|maxUnreadBytes|onFrame|watchFrames|createFrame|countFrame|framesPerSecond|FrameDependencies|requestFrame|withoutFrameMs)$/;

/** The same in sentences, with adjacent words. */
const allowedPhrases =
  /WebSocket frames?|animation frames?|countFrame|framesPerSecond|`onFrame`|close frame|single frames|frame-ancestors|invalid_frame|`census`/g;

/** Retired words that sentences may contain as ordinary English. */
const plain = new Set([
  ...['ending', 'unread', 'lend', 'renew', 'renews', 'prolong', 'world', 'patience'],
]);

/** The files that `git` tracks and that exist. */
function files(...patterns: string[]): string[] {
  return execFileSync('git', ['ls-files', '--', ...patterns], { cwd: project, encoding: 'utf8' })
    .split('\n')
    .filter((file) => file !== '' && existsSync(path.join(project, file)));
}

/** The words of a name: `connectionCount` and `connection-count` have two. */
function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/);
}

function retiredWordsOf(name: string): string[] {
  return wordsOf(name).filter((word) =>
    retired.some((one) => word === one || word === `${one}s` || `${word}s` === one),
  );
}

/** The retired words in sentences. */
function retiredWordsIn(text: string): string[] {
  return wordsOf(text.replace(allowedPhrases, '')).filter(
    (word) => !plain.has(word) && retiredWordsOf(word).length > 0,
  );
}

const sources = new Map<string, ts.SourceFile>();

/** A source file, parsed only once. */
function sourceOf(file: string): ts.SourceFile {
  const source =
    sources.get(file) ?? ts.createSourceFile(file, read(file), ts.ScriptTarget.Latest, true);
  sources.set(file, source);
  return source;
}

/** All identifiers of a source file. */
function namesOf(file: string): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) names.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(sourceOf(file));
  return names;
}

/** The comments of a source file, each with its line. */
function commentsOf(file: string): readonly { readonly line: number; readonly text: string }[] {
  const source = sourceOf(file);
  const { text } = source;
  const starts = new Set<number>();
  const comments: { line: number; text: string }[] = [];
  const visit = (node: ts.Node): void => {
    const ranges = [
      ...(ts.getLeadingCommentRanges(text, node.getFullStart()) ?? []),
      ...(ts.getTrailingCommentRanges(text, node.getEnd()) ?? []),
    ];
    for (const { pos, end } of ranges) {
      if (starts.has(pos)) continue;
      starts.add(pos);
      const line = source.getLineAndCharacterOfPosition(pos).line + 1;
      comments.push({ line, text: text.slice(pos, end) });
    }
    node.getChildren(source).forEach(visit);
  };
  visit(source);
  return comments;
}

/** Without the tests, which name what is not the project's, too: frames of sockets and browsers, stored items. */
const checkedRooms = rooms.filter((room) => room !== 'test');
const sourcesOf = (room: string) =>
  files(`${room}/**/*.ts`, `${room}/**/*.tsx`, `${room}/*.ts`, `${room}/*.tsx`);

it('reads the retired words from the glossary', () => {
  expect(retired).toEqual(expect.arrayContaining(['frame', 'census', 'spared', 'world']));
});

it.each(checkedRooms)('finds no retired word in the names of %s', (room) => {
  const found = sourcesOf(room).flatMap((file) =>
    [path.basename(file), ...namesOf(file)]
      .filter((name) => !allowedNames.test(name) && retiredWordsOf(name).length > 0)
      .map((name) => `${file}: ${name}`),
  );
  expect(found).toEqual([]);
});

it.each(checkedRooms)('finds no retired word in the comments of %s', (room) => {
  const found = sourcesOf(room).flatMap((file) =>
    commentsOf(file).flatMap(({ line, text }) =>
      retiredWordsIn(text).map((word) => `${file}:${String(line)}: ${word}`),
    ),
  );
  expect(found).toEqual([]);
});

it('finds no retired word in the documents', () => {
  const documents = files('*.md').filter(
    (file) => !['docs/glossary.md', 'CHANGELOG.md'].includes(file),
  );
  const found = documents.flatMap((file) =>
    read(file)
      .split('\n')
      .flatMap((line, index) =>
        retiredWordsIn(line).map((word) => `${file}:${String(index + 1)}: ${word}`),
      ),
  );
  expect(found).toEqual([]);
});
