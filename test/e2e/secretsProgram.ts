/** The ways in which a program can come by a password. */
export const WAYS = [
  "secretArgument",
  "plainArgument",
  "besideTheConnection",
  "nestedConfiguration",
  "nestedOutput",
  "environment",
  "configuration",
  "providerObject",
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
const { BackupCleanupPolicy, CancelBackup, Provider } = require("pulumi-oceanbase-backup");
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
  const user = "user_" + way;
  const connection = connections[way]?.(user) ?? { user };
  const options =
    way === "providerObject" ? { provider: new Provider(way, { user, password: process.env.PROVIDER_OBJECT }) } : {};
  const beside = way === "besideTheConnection" ? { password: process.env.BESIDE } : {};
  const args = { tenants: ["tenant_" + way], cancelOn: ["create", "delete"], timeoutSeconds: 30, ...changes };
  new CancelBackup(way, { ...args, connection, ...beside }, options);
  new BackupCleanupPolicy(way, { tenant: "tenant_" + way, recoveryWindow, connection, ...beside }, options);
}
`;

/**
 * Loaded into the provider's process of either front, it breaks the driver in an unforeseen way: a failure that carries
 * what the driver has hashed to log in, thrown at the caller and once more where nothing catches it.
 */
export const BROKEN_DRIVER = `
if (/dynamic-provider|pulumi-resource-oceanbase-backup/.test(process.argv[1])) {
  const { Hash } = require("node:crypto");
  const { Socket } = require("node:net");
  const hashed = [];
  const { update } = Hash.prototype;
  Hash.prototype.update = function (...args) {
    hashed.push(args[0]);
    return update.apply(this, args);
  };
  const QUERY = 3;
  const { write } = Socket.prototype;
  Socket.prototype.write = function (...args) {
    const [bytes] = args;
    if (!Buffer.isBuffer(bytes) || bytes[4] !== QUERY || !bytes.includes("CANCEL BACKUP")) return write.apply(this, args);
    const failure = () => Object.assign(new TypeError("the driver is broken"), { hashed, socket: this });
    setImmediate(() => { throw failure(); });
    throw failure();
  };
}
`;
