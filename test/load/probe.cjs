// Loaded into the provider's process: at SIGUSR2 it prints what the process holds, after a thorough garbage collection.
const { existsSync, readdirSync } = require("node:fs");
const { setFlagsFromString } = require("node:v8");
const { runInNewContext } = require("node:vm");

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc");

process.on("SIGUSR2", () => {
  collect();
  collect();
  const resources = /** @type {Record<string, number>} */ ({});
  for (const name of process.getActiveResourcesInfo()) resources[name] = (resources[name] ?? 0) + 1;
  const files = existsSync("/proc/self/fd") ? readdirSync("/proc/self/fd").length : 0;
  const heapMegabytes = Math.round((process.memoryUsage().heapUsed / 2 ** 20) * 100) / 100;
  console.error(`PROBE ${JSON.stringify({ heapMegabytes, files, resources })}`);
});
