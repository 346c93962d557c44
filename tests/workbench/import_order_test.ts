import assert from "node:assert/strict";
import { dirname, join, relative } from "node:path";
import { projectRoot } from "../../lib/project.ts";

/** The rooms of `lib/`, each of which may import from those before it and from itself. */
const rooms = [
  [
    "checksums",
    "files",
    "hash",
    "host",
    "html",
    "kinds",
    "nearest",
    "numbers",
    "option_error",
    "options",
    "path_option",
    "project",
    "random",
    "rich",
    "settings",
    "steps",
    "stop",
    "whole_folder",
  ],
  ["data"],
  ["compute"],
  ["likelihoods"],
  ["models"],
  ["losses", "objective"],
  ["evaluation"],
  ["training"],
  ["latent"],
  ["visuals"],
  ["film"],
  ["export"],
  ["live"],
  ["mod"],
  ["workbench"],
];

const roomOf = (file: string) => {
  const name = file.split("/")[0].replace(/\.ts$/, "");
  const place = rooms.findIndex((room) => room.includes(name));
  assert.notEqual(place, -1, `lib/${file} stands in no room of the house`);
  return place;
};

function sourceFiles(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
    const path = join(folder, name);
    return isDirectory ? sourceFiles(path) : /\.(ts|js|css)$/.test(name) ? [path] : [];
  });
}

/** What a module imports: statically, dynamically, or as a worker. */
export function importsOf(source: string): string[] {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
  const patterns = [
    /^\s*(?:import|export)\b[^"';]*?\bfrom\s*["']([^"']+)["']/gm,
    /^\s*import\s*["']([^"']+)["']/gm,
    /\bimport\(\s*["']([^"']+)["']/g,
    /new URL\(\s*["']([^"']+\.ts)["']\s*,\s*import\.meta\.url/g,
  ];
  return patterns.flatMap((pattern) => [...code.matchAll(pattern)].map(([, name]) => name));
}

const lib = join(projectRoot, "lib");
const files = sourceFiles(lib).map((path) => relative(lib, path).replaceAll("\\", "/"));
const sources = new Map(files.map((file) => [file, Deno.readTextFileSync(join(lib, file))]));
const graph = new Map(files.map((file) => [
  file,
  importsOf(sources.get(file)!).filter((name) => name.startsWith("."))
    .map((name) => join(dirname(file), name).replaceAll("\\", "/")),
]));

Deno.test("importsOf() finds every kind of import", () => {
  assert.deepEqual(
    importsOf(
      `import { a } from "./a.ts";\nimport {\n  b,\n} from "./b.ts";\nexport * from "./c.ts";\n` +
        `import "./d.ts";\nconst e = await import("./e.ts");\n// import "./f.ts";\n` +
        `new Worker(new URL("./g.ts", import.meta.url));`,
    ),
    ["a", "b", "c", "d", "e", "g"].map((name) => `./${name}.ts`),
  );
});

Deno.test("lib/ imports only from rooms above", () => {
  const wrong = [...graph].flatMap(([file, imports]) =>
    imports.filter((imported) => roomOf(imported) > roomOf(file))
      .map((imported) => `lib/${file} imports lib/${imported}`)
  );
  assert.deepEqual(wrong, []);
});

Deno.test("lib/ names the file it imports: a room's mod.ts is for those outside", () => {
  const wrong = [...graph].flatMap(([file, imports]) =>
    imports.filter((imported) => /(^|\/)mod\.ts$/.test(imported)).map((imported) =>
      `lib/${file} imports lib/${imported}`
    )
  );
  assert.deepEqual(wrong, []);
});

Deno.test("lib/ has a mod.ts in each room that notebooks and programs use", () => {
  const rooms = [
    "compute",
    "data",
    "evaluation",
    "export",
    "latent",
    "models",
    "training",
    "visuals",
  ];
  for (const door of ["mod.ts", ...rooms.map((room) => `${room}/mod.ts`)]) {
    assert.ok(graph.has(door), `lib/${door} is missing`);
  }
});

Deno.test("lib/ has no import cycles", () => {
  const done = new Set<string>();
  const visit = (file: string, path: string[]) => {
    if (done.has(file)) return;
    assert.ok(!path.includes(file), `cycle: ${[...path, file].join(" → ")}`);
    for (const imported of graph.get(file) ?? []) {
      // A worker's own module names itself where it is started; that is no import.
      if (imported !== file) visit(imported, [...path, file]);
    }
    done.add(file);
  };
  for (const file of files) visit(file, []);
});

Deno.test("lib/ imports only files that are there", () => {
  for (const [file, imports] of graph) {
    for (const imported of imports) {
      assert.ok(graph.has(imported), `lib/${file} imports lib/${imported}`);
    }
  }
});

Deno.test("lib/visuals takes plain values: no tfjs, not through other files either", () => {
  const loads = (file: string) => {
    const code = sources.get(file)!.replace(/^import type [^;]*;$/gm, "");
    return importsOf(code);
  };
  const reached = new Set([...sources.keys()].filter((file) => file.startsWith("visuals/")));
  for (const file of reached) {
    const imports = loads(file);
    assert.deepEqual(imports.filter((name) => name.includes("tensorflow")), [], file);
    for (const name of imports.filter((name) => name.startsWith("."))) {
      reached.add(join(dirname(file), name).replaceAll("\\", "/"));
    }
  }
  assert.ok(reached.has("data/images.ts"), "it looks through the files of other rooms");
});

Deno.test("lib/ names an engine in lib/compute alone: a further one needs no change elsewhere", () => {
  for (const [file, source] of sources) {
    if (file.startsWith("compute/")) continue;
    assert.doesNotMatch(source, /"(onednn|portable|webgpu)"/, file);
  }
});

Deno.test("lib/visuals/explorer/page runs in a browser: no package and no Deno, not through others", () => {
  const reached = new Set(files.filter((file) => file.startsWith("visuals/explorer/page/")));
  for (const file of reached) {
    if (!file.endsWith(".ts")) continue;
    const source = sources.get(file)!;
    assert.doesNotMatch(source, /\bDeno\./, file);
    for (const name of importsOf(source.replace(/^import type [^;]*;$/gm, ""))) {
      assert.match(name, /^\./, `${file} takes the package ${name}`);
      reached.add(join(dirname(file), name).replaceAll("\\", "/"));
    }
  }
  assert.ok(reached.has("option_error.ts"), "it looks through the files of other rooms");
});

Deno.test("lib/ outside the workbench prints nothing", () => {
  for (const [file, source] of sources) {
    if (file.startsWith("workbench/") || file === "visuals/show/display.ts") continue;
    const code = source.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
    assert.doesNotMatch(code, /\bconsole\.(log|info|warn|error)\(/, file);
  }
});

Deno.test("deno.json pins every package exactly, from npm", async () => {
  const { imports } = JSON.parse(await Deno.readTextFile(join(projectRoot, "deno.json")));
  for (const [name, address] of Object.entries<string>(imports)) {
    assert.match(address, /^npm:(@[\w-]+\/)?[\w.-]+@\d+\.\d+\.\d+(\/[\w./-]+)?$/, name);
  }
});
