import { testNotebooks } from "./quick_runs.ts";

await testNotebooks(1, 2);
