/**
 * Headers as people have them: a line each, as in HTTP, or a JSON object. What isn't a header, such as a request line, is
 * passed over.
 * @throws SyntaxError when it begins like JSON but isn't
 */
export function parseHeaders(text: string): Readonly<Record<string, string>> {
  const headers = text.trimStart().startsWith('{') ? fromJson(text) : fromLines(text);
  return Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value]));
}

function fromJson(text: string): readonly (readonly [string, string])[] {
  const value = JSON.parse(text) as Readonly<Record<string, unknown>>;
  return Object.entries(value).map(([name, one]) => [name, String(one)]);
}

function fromLines(text: string): readonly (readonly [string, string])[] {
  return text.split(/\r?\n/).flatMap((line) => {
    // "<" and ">" are how curl -v marks them.
    const [, name, value] = /^[<>\s]*([\w-]+)\s*:\s*(.*?)\s*$/.exec(line) ?? [];
    return name === undefined || value === undefined ? [] : [[name, value] as const];
  });
}
