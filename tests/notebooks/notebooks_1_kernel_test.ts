import { testNotebooks } from "./quick_runs.ts";

await testNotebooks(0, 2);
