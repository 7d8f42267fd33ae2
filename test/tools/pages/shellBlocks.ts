/*
 * The shell blocks of the pages: which are run by test/pages/shell.test.ts, and why each other one is not. The first line
 * names a block.
 */

/** Run as they stand, in the folder of a stack of the example `quickstart` that is up, with `NEW_PASSWORD` set. */
export const RUN: readonly string[] = [
  "pulumi config set oceanbase-backup:host ob1.example.com",
  "pulumi up --yes --parallel 5 --continue-on-error",
  'OCEANBASE_PASSWORD="$NEW_PASSWORD" pulumi refresh --yes',
];

/** Not run there, and why. */
export const NOT_RUN: Readonly<Record<string, string>> = {
  "npm run demo   # the main job: the real Pulumi CLI stops a backup of a stand-in for a cluster":
    "test/e2e/demo.test.ts runs the demonstration; the tests themselves are the other",
  "npm install pulumi-oceanbase-backup": "test/package installs the packed package by every package manager",
  "export OCEANBASE_HOST=db.example   # root@sys at port 2881, unless something else is said":
    "there is no such host; test/package/cli.test.ts runs the commands",
  "npx pulumi-oceanbase-backup sandbox --port 2881 --speed 5":
    "it serves until it is stopped; test/package/sandbox.test.ts runs it",
  "npx pulumi-oceanbase-backup sandbox --port 2881 --backups mysql_tenant":
    "it serves until it is stopped; test/sdk/cli/sandbox.test.ts runs it",
  "npx pulumi-oceanbase-backup doctor   # looks, and changes nothing":
    "it goes on from the block before, in another terminal; test/package/cli.test.ts and test/e2e run both commands",
  "npx pulumi-oceanbase-backup sandbox --backups mysql_tenant,oracle_tenant   # prints lines `export OCEANBASE_...`":
    "it serves until it is stopped; test/sdk/cli/sandbox.test.ts runs it",
  'mariadb -h127.0.0.1 -P2881 -uroot@mysql_tenant -p -e "ALTER SYSTEM BACKUP DATABASE"':
    "it needs the client mariadb and asks for a password; test/sdk/sandbox/clients.test.ts sends the same",
  "export OCEANBASE_HOST=127.0.0.1 OCEANBASE_PORT=2881 OCEANBASE_PASSWORD=...   # root@sys, as the first terminal says":
    "the password is another one each time; test/e2e/examples.test.ts runs the example",
  "npx vitest run --project unit stopBackups   # unit sandbox contract attackers faults histories kernel package pages host e2e languages load":
    "tests that run tests",
  "npx vitest run --project histories regressions": "tests that run tests",
  "OCEANBASE_LIVE_HOST=10.0.0.1 OCEANBASE_LIVE_SYS_PASSWORD=... \\": "it needs a real cluster",
  "npx pulumi-oceanbase-backup sandbox --version 4.2.5 --port 2881 --speed 5 --tls":
    "it serves until it is stopped; test/package/sandbox.test.ts runs it",
  "mariadb -h127.0.0.1 -P2881 -uroot@mysql_tenant -p": "a session at a keyboard",
  "npm run bench                                   # everything: about half an hour on two cores":
    "half an hour, and its figures are written into the page",
  "pulumi package gen-sdk node_modules/.bin/pulumi-resource-oceanbase-backup --language dotnet   # or java":
    "it needs Pulumi's host of that language",
  "pulumi preview --policy-pack ../policy": "test/e2e/policyPack.test.ts runs it",
  "pulumi import oceanbase-backup:index:BackupCleanupPolicy policy mysql_tenant":
    "test/e2e/native.test.ts runs it",
  "npm run test:mutation                                              # all of provider/oceanbase/: two hours on two cores":
    "two hours",
  'kubectl patch obtenantbackuppolicy my-policy --type merge --patch \'{"spec":{"suspend":true}}\'':
    "it needs Kubernetes with ob-operator",
};
