// Stops the backups of every cluster of a list, each by a resource of its own: one that fails hides no other's outcome.
//   pulumi config set --path 'clusters[0].name' east-1
//   pulumi config set --path 'clusters[0].host' ob-east-1.example.com
//   pulumi config set --path --secret 'passwords.east-1' ...
//   pulumi up --parallel 5 --continue-on-error
import * as pulumi from "@pulumi/pulumi";
import { CancelBackup } from "pulumi-oceanbase-backup";

interface Cluster {
  name: string;
  host: string;
  port?: number;
}

const config = new pulumi.Config();
const clusters = config.requireObject<Cluster[]>("clusters");
const passwords = config.requireSecretObject<Record<string, string>>("passwords");

export const summaries = Object.fromEntries(
  clusters.map(({ name, host, port = 2881 }) => {
    const password = passwords.apply((all) => all[name] as string);
    const stop = new CancelBackup(name, { tenants: "all", connection: { host, port, password } });
    return [name, stop.summary];
  }),
);
