import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { inFolder } from "../in_folder.ts";
import {
  differenceOf,
  type ExportCase,
  type Numbers,
  onnxCases,
  report,
} from "../export/export_cases.ts";
import { browserTest } from "./chromium.ts";

/** Where onnxruntime-web's files lie; the page gets them without a server. */
const runtime = new URL("./", import.meta.resolve("onnxruntime-web"));
const address = "https://onnxruntime.test/";

/** What is used of onnxruntime-web in the page. */
interface Runtime {
  env: { wasm: { numThreads: number } };
  InferenceSession: {
    create(bytes: Uint8Array): Promise<{
      inputNames: string[];
      outputNames: string[];
      run(feeds: object): Promise<Record<string, { dims: number[]; data: Float32Array }>>;
      release(): Promise<void>;
    }>;
  };
  Tensor: new (type: string, data: Float32Array, shape: number[]) => unknown;
}

async function serveRuntime(page: Page): Promise<void> {
  await page.route(`${address}**`, (route) => {
    const name = new URL(route.request().url()).pathname.slice(1);
    if (name === "") return route.fulfill({ contentType: "text/html", body: "<!doctype html>" });
    const contentType = name.endsWith(".wasm") ? "application/wasm" : "text/javascript";
    return route.fulfill({ contentType, path: fileURLToPath(new URL(name, runtime)) });
  });
  await page.goto(address);
}

const run = async (page: Page, { file, x }: ExportCase): Promise<Numbers[]> => {
  const bytes = (await Deno.readFile(file)).toBase64();
  return await page.evaluate(async ({ address, bytes, x }) => {
    const { env, InferenceSession, Tensor }: Runtime = await import(
      `${address}ort.wasm.bundle.min.mjs`
    );
    env.wasm.numThreads = 1;
    const model = Uint8Array.from(atob(bytes), (character) => character.charCodeAt(0));
    const session = await InferenceSession.create(model);
    const input = new Tensor("float32", Float32Array.from(x.data), x.shape);
    const outputs = await session.run({ [session.inputNames[0]]: input });
    await session.release();
    return session.outputNames.map((name) => {
      const { dims, data } = outputs[name];
      return { shape: [...dims], data: [...data] };
    });
  }, { address, bytes, x });
};

browserTest(
  "exportOnnx() writes files that onnxruntime-web computes alike in Chromium",
  (browser) =>
    inFolder(async (folder) => {
      const page = await browser.newPage();
      await serveRuntime(page);
      const differences = [];
      for (const one of await onnxCases(folder)) {
        differences.push(differenceOf(await run(page, one), one));
      }
      assert.deepEqual(report("onnxruntime-web in Chromium", differences), []);
    }),
);
