import type { ExplorerContents } from "../../lib/visuals/explorer/contents.ts";

/** What an explorer's page is told. */
export function contentsOf(html: string): ExplorerContents {
  const [, json] = html.match(/explorer\.startExplorer\(host, (\{.*\}), "/)!;
  return JSON.parse(json);
}
