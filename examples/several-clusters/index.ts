// Stops the backups of several clusters from one stack: a provider for each, with an address and a password of its own.
//   pulumi config set clusters '["east","west"]'
//   pulumi config set eastHost ob-east.example.com
//   pulumi config set --secret eastPassword ...
import * as pulumi from "@pulumi/pulumi";
import { CancelBackup, Provider } from "pulumi-oceanbase-backup/native";

const config = new pulumi.Config();
const clusters = config.requireObject<string[]>("clusters");

export const summaries = Object.fromEntries(
  clusters.map((cluster) => {
    const provider = new Provider(cluster, {
      host: config.require(`${cluster}Host`),
      port: config.getNumber(`${cluster}Port`) ?? 2881,
      password: config.requireSecret(`${cluster}Password`),
    });
    const stop = new CancelBackup(`stop-${cluster}`, { tenants: "all" }, { provider });
    return [cluster, stop.summary];
  }),
);
