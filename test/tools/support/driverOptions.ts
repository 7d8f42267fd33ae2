import { readFileSync } from "node:fs";

/** What leads a driver, mysql2 or mariadb, to where variables `OCEANBASE_*` lead. */
export function driverOptions(environment: Readonly<Record<string, string>>) {
  const { OCEANBASE_TLS: tls, OCEANBASE_TLS_CA_FILE: caFile } = environment;
  const ca = caFile === undefined ? {} : { ssl: { ca: readFileSync(caFile, "utf8") } };
  return {
    host: environment.OCEANBASE_HOST as string,
    port: Number(environment.OCEANBASE_PORT),
    user: `${environment.OCEANBASE_USER}@${environment.OCEANBASE_TENANT}`,
    password: environment.OCEANBASE_PASSWORD as string,
    ...(tls === undefined ? ca : { ssl: JSON.parse(tls) as { ca: string } }),
  };
}
