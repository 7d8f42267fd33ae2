import * as pulumi from "@pulumi/pulumi";
import { Command } from "../../provider/resources/command";
import type { Context } from "../../provider/resources/context";

/** What a Pulumi program can give to a call that only reads: its environment and the stack's configuration. */
export function programContext(): Context {
  return {
    env: process.env,
    config: (key) => {
      const [project = "", name = ""] = key.split(":");
      return new pulumi.Config(project).get(name);
    },
    preview: pulumi.runtime.isDryRun(),
    command: new Command(),
    progress: () => {},
    inform: (text) => void pulumi.log.info(text),
    warn: (text) => void pulumi.log.warn(text),
  };
}
