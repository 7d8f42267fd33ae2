/** The ways in which a program can come by a password. */
export const WAYS = [
  "secretArgument",
  "plainArgument",
  "besideTheConnection",
  "nestedConfiguration",
  "nestedOutput",
  "environment",
  "configuration",
] as const;
export type Way = (typeof WAYS)[number];

/** The password for a way: no two alike, and with letters that every kind of escape writes differently. */
export const markerOf = (way: Way) => String.raw`zq7"${way}Marker\é<&> %41+/'end`;

/**
 * One CancelBackup and one BackupCleanupPolicy for each way, with a user and a tenant of its own, so that it is known
 * whose password was found. What the courses need to change is configuration.
 */
export const SECRETS_PROGRAM = `
const pulumi = require("@pulumi/pulumi");
const { BackupCleanupPolicy, CancelBackup } = require("pulumi-oceanbase-backup");
const config = new pulumi.Config();
const later = (value) => pulumi.output(new Promise((resolve) => setTimeout(() => resolve(value), 10)));
const connections = {
  secretArgument: (user) => ({ user, password: config.requireSecret("secretArgument") }),
  plainArgument: (user) => ({ user, password: process.env.PLAIN_ARGUMENT }),
  // As an environment of Pulumi ESC gives it: an object with one field that is secret.
  nestedConfiguration: () => config.requireSecretObject("nested"),
  nestedOutput: (user) => later({ user, password: pulumi.secret(later(process.env.NESTED_OUTPUT)) }),
};
const { recoveryWindow = "7d", ...changes } = config.getObject("changes") ?? {};
for (const way of config.requireObject("ways")) {
  if ((process.env.ONLY_WAY ?? way) !== way) continue;
  const connection = connections[way]?.("user_" + way) ?? { user: "user_" + way };
  const beside = way === "besideTheConnection" ? { password: process.env.BESIDE } : {};
  const args = { tenants: ["tenant_" + way], cancelOn: ["create", "delete"], timeoutSeconds: 30, ...changes };
  new CancelBackup(way, { ...args, connection, ...beside });
  new BackupCleanupPolicy(way, { tenant: "tenant_" + way, recoveryWindow, connection, ...beside });
}
`;

/**
 * Loaded into the provider's process, it breaks the driver in a way that nobody has foreseen: a failure that carries the
 * driver's own objects, thrown at the caller and once more where nobody catches it.
 */
export const BROKEN_DRIVER = `
if (process.argv[1]?.includes("dynamic-provider")) {
  const driver = require("mysql2");
  const { createConnection } = driver;
  driver.createConnection = (options) => {
    const connection = createConnection(options);
    const query = connection.query;
    connection.query = function (...args) {
      if (!/CANCEL BACKUP/.test(args[0].sql)) return query.apply(this, args);
      const failure = () => Object.assign(new TypeError("the driver is broken"), { options, connection });
      setImmediate(() => { throw failure(); });
      throw failure();
    };
    return connection;
  };
}
`;
