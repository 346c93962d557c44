/** Reads `mutations.txt`, the list of faults; its form is described there. */

export interface Mutation {
  /** What is there, and what a fault makes of it. */
  text: string;
  becomes: string;
  /** Why no test has to notice. */
  harmless?: string;
}

/** One file's faults, and the tests that are to notice them. */
export interface MutatedFile {
  /** Under `lib/`. */
  file: string;
  /** Under `tests/`, without `_test.ts`. */
  tests: string[];
  mutations: Mutation[];
}

/** @throws Error naming the first line that cannot be read */
export function parseMutations(text: string): MutatedFile[] {
  const files: MutatedFile[] = [];
  let before = "";
  // What stands above the first file is for readers.
  for (const line of text.slice(text.search(/^\S+ < /m)).split("\n")) {
    const [, file, tests] = line.match(/^(\S+) < (.+)$/) ?? [];
    const mutations = files.at(-1)?.mutations, last = mutations?.at(-1);
    const sign = line[0] ?? "", rest = line.slice(2);
    if (file) files.push({ file, tests: tests.split(" "), mutations: [] });
    else if (sign === "-" && before === "-") last!.text += `\n${rest}`;
    else if (sign === "-") mutations!.push({ text: rest, becomes: "" });
    else if (sign === "+" && last) last.becomes += before === "+" ? `\n${rest}` : rest;
    else if (sign === "=" && last) last.harmless = rest;
    else if (line !== "") throw new Error(`Cannot read the list of mutations: "${line}"`);
    before = sign;
  }
  return files;
}

export const mutatedFiles = parseMutations(
  Deno.readTextFileSync(new URL("mutations.txt", import.meta.url)),
);
