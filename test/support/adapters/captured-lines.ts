// Captures the lines that are written to stdout.

/** Runs `write`, and returns the JSON lines that it wrote to stdout; fails if one write is not one whole line. */
export function capturedLines(write: () => void): readonly Readonly<Record<string, unknown>>[] {
  const texts: string[] = [];
  const spy = jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    texts.push(String(text));
    return true;
  });
  try {
    write();
  } finally {
    spy.mockRestore();
  }
  return texts.map((text) => {
    expect(text).toMatch(/^\{.*\}\n$/);
    return JSON.parse(text) as Record<string, unknown>;
  });
}
