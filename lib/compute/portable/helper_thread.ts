/** The inside of a helper's thread. */
import { workerData } from "node:worker_threads";
import { help } from "./helper.ts";

help(workerData);
