import { ServerCredentials } from "@grpc/grpc-js";
import { oneLine } from "../text";
import { connectEngine } from "./engine";
import { engineAddress } from "./engineAddress";
import { Plugin } from "./plugin";
import { pluginServer } from "./server";

/*
 * The program that Pulumi starts: it serves on a port of its own choice, prints it as its first line, and ends with the
 * engine whose address it was given. Without one, an engine attaches to it.
 */

// An error that no call has caught: its message alone, because it may hold the driver's own objects. The others go on.
process.on("uncaughtException", (error) => console.error(oneLine(error.message)));

const address = engineAddress(process.argv.slice(2));
const plugin = new Plugin(address === undefined ? undefined : connectEngine(address));
const server = pluginServer(plugin, {
  version: require("../../package.json").version,
  schema: () => JSON.stringify(require("./schema.json")),
});
server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  console.log(port);
  plugin.watchEngine();
});
