/*
 * What to do about the texts of the code that do not say so themselves, and which texts are no message alone. A test
 * compares both with the code.
 */

/** A part of the troubleshooting page: which files its texts come from, and what to do about them where nothing else is said. */
export interface MessageGroup {
  title: string;
  files: RegExp;
  advice?: string;
}

/** In the order of the page; a file belongs to the first that matches. */
export const GROUPS: readonly MessageGroup[] = [
  { title: "The program and its installation", files: /^sdk\/|nodeVersion|plugin\/|claims/ },
  {
    title: "Inputs, found by a preview",
    files: /[iI]nputs?(Checks|Table)?\.ts$|statements|recoveryWindow|connectionSources|getBackupJobs/,
    advice: "Correct the input that the text names; it stands before the colon.",
  },
  { title: "Connection and login", files: /\/connection\/|previewTime/ },
  { title: "Server, cluster and tenants", files: /\/cluster\/|resources\/(cluster|defineResource)/ },
  { title: "Cleanup policies", files: /cleanup\/|backupCleanupPolicy\// },
  { title: "Jobs and their stop", files: /./ },
];

const DEFECT = "It is a defect of this package; report it with the command and the versions.";

const CORRECT_NAME = "Correct the tenant's name.";

/** What to do, by the text. */
export const ADVICE: Readonly<Record<string, string>> = {
  "pulumi-oceanbase-backup: Node … or newer is needed, this is …":
    "Put a newer Node first in `PATH` for `pulumi`; it is `pulumi` that starts it.",
  "install pulumi-oceanbase-backup in …: destroy runs its code from there":
    "Run the package manager in that folder, with this package among its dependencies.",
  "…: the option import cannot work here: …":
    "Leave the option out; see [resource options](resourceOptions.md).",
  "customTimeouts has no effect: Pulumi hands it to no dynamic provider; set timeoutSeconds":
    "Set `timeoutSeconds`, or take the class of `pulumi-oceanbase-backup/native`.",
  "… is no resource of …": "Install the SDK and the plugin in the same version.",
  "there is no function …": "Install the SDK and the plugin in the same version.",
  "the definition … is no part of the plugin": DEFECT,
  "nothing is sent in …": DEFECT,
  "is not valid Unicode": CORRECT_NAME,
  "has control characters": CORRECT_NAME,
  "is longer than … bytes": CORRECT_NAME,
  "is the sys tenant, which has no backups of its own": 'Name user tenants, or say `"all"`.',
  "a TENANT clause needs at least one name": DEFECT,
  "without a recovery window the redundancy of a cleanup policy has to be 1": DEFECT,
  "recovery window … is not made of letters and digits": DEFECT,
  "… is not a whole number from … on": DEFECT,
  "… is not an id": DEFECT,
  "a preview must not create, update or delete": DEFECT,
  "the password is empty, or none was given: set connection.password, the environment variable …, or …":
    "Say it in one of these places.",
  "the password comes from connection.password …":
    "Correct it in the program and run `pulumi up`; a refresh and a destroy have it from there.",
  "the password comes from …":
    "Correct it there; where it is configuration, run `pulumi up`, from which a refresh and a destroy have it.",
  "the file of … or … cannot be read: …": "Correct the path, or make the file readable.",
  "…:…: no answer within … s":
    "Only the preview's look has given up. When `up` fails as well, check host, port and firewalls.",
  "what this would do cannot be seen from here: …":
    "Nothing, when only the machine that runs `up` reaches the cluster.",
  "as things are now it would fail: …": "Do what the text behind the colon says before `up`.",
  "no answer within … s; …": "Check `connection.host`, `connection.port` and firewalls.",
  "…: cancelled by the caller":
    "Nothing: Ctrl-C or the end of the engine has cancelled it. Run the command again.",
  "…: no reply within … s": "Run the command again; what the statement has done is read from the jobs first.",
  "the connection failed": "Run the command again; check the network and the server's log.",
  "one statement was sent and several results came back":
    "Check `connection.host` and `connection.port`: no OceanBase server does that.",
  "the packets of a reply came out of order":
    "Check `connection.host` and `connection.port`: no OceanBase server does that.",
  "more than … MiB came for one reply":
    "Check `connection.host` and `connection.port`: no OceanBase server does that.",
  '…: no session could be made; the driver said "…"':
    "Search for the driver's words; report it when they mean nothing to you.",
  "the password ends in a line end, as one does that was read from a file: take it away":
    "Read the file with `.trimEnd()`, or write it by `printf`.",
  'assuming the cluster is gone (onUnreachable: "skip"), nothing was done there: …':
    "Nothing, when it is gone; else do by hand there what the deletion would have done.",
  "the record was kept as it is: …": "Make the cluster reachable, and `pulumi refresh` again.",
  "the login was for tenant …, but the server put it into …":
    "Log in to the tenant itself; an OBProxy or a login name in another form has led elsewhere.",
  "only the sys tenant can name tenants; a user tenant cancels its own backups":
    "Leave `tenants` out, or log in to `sys`.",
  "a login to the sys tenant has to name tenants or to ask for all of them":
    'Give `tenants`: names, or `"all"`.',
  "… does not exist…": "Correct the name; the nearest ones are named.",
  "… could not be put back (…); …": "Add the policy by hand, or mend the cause and run `pulumi up`.",
  "… was dropped, and another one was added since (…)": "Find out who else manages it.",
  "… was put back…": "Nothing is lost: mend the cause, which stands before it, and run `pulumi up`.",
  "it is unknown whether tenant … has a cleanup policy now":
    "Run `pulumi refresh`, which asks the server, and then `pulumi up`.",
  "OceanBase … takes none without a recovery window": "Give the policy a `recoveryWindow`.",
  "cancelled by the caller while the cleanup policy was being set":
    "Run `pulumi up` again; it asks the server first.",
  "tenant … had a cleanup policy with this recovery window already; its redundancy and number of copies, which OceanBase does not show, are taken to be as asked for":
    "Nothing, when they do not matter. Else drop the policy by hand and run `pulumi up`.",
  "the cleanup policy of tenant … was left as it is: …":
    "Nothing, when that is meant: another resource has it now. Else drop it by hand.",
  "the connection leads to another cluster now; cluster … keeps its cleanup policy for tenant …":
    "Drop the policy on the old cluster by hand, when it is not wanted there.",
  "the backup jobs of … could not be read (no server leads the tenant) and are not listed":
    "Wait until a leader is elected; check the tenant's servers.",
  "tenant … is in the recycle bin, and the server has passed it over: … goes on":
    "Purge or flash back the tenant; until then its backup cannot be stopped.",
  "tenant … does not exist, which counts as stopped": "Nothing.",
  "tenant … is …: the server passes it over, so its backups are not stopped":
    "Wait until the tenant is NORMAL, then change `triggers`.",
  "tenant … was dropped while backup job … was being stopped; the job went with it": "Nothing.",
  "tenant …: backup job … was started after the statement, by …, and is …; it was left alone (change triggers to cancel it too)":
    "Change `triggers` to cancel it too, and stop the schedule that starts backups: see [other tools](otherTools.md).",
  "… (…); the jobs show that it arrived": "Nothing.",
  "… (…); it is unknown whether the server received it, but no job is left to cancel": "Nothing.",
  "waitForCleanup would wait in vain for …; …": "Do what the text says, or leave `waitForCleanup` out.",
  "whether the server cleans up could not be found out (OceanBase …), so waitForCleanup could wait in vain; …, or …":
    "Make the views that it names readable, or leave `waitForCleanup` out.",
  "what a cancel leaves behind is not removed within … s in …; …, or raise timeoutSeconds":
    "Raise `timeoutSeconds`, or leave `waitForCleanup` out.",
  "…: cancelled by the caller while the backups were stopping":
    "Run `pulumi up` again: it goes on waiting and sends nothing.",
  "…: after … not yet stopped: …; …":
    "Run `pulumi up` again: it goes on waiting and sends nothing. Or raise `timeoutSeconds`.",
  "…: the backups of … could not be cancelled, those of the other tenants were: …":
    "Mend what the text says of these tenants, and run `pulumi up` again.",
  "the jobs could not be looked at after the statement: …":
    "Run `pulumi up` again: it looks at them and sends nothing that has arrived.",
  "what the backups have left behind could not be read: …":
    "Run `pulumi refresh` when the views can be read.",
  "cluster backup … has not started its jobs yet, and without a wait they will not be cancelled (raise timeoutSeconds above 0, or change triggers later)":
    "Raise `timeoutSeconds` above 0, or change `triggers` later.",
  "whether a backup runs again in … could not be read: no server leads the tenant":
    "Run `pulumi refresh` when a leader is elected.",
  "a CancelBackup is something that was done: there is none to be imported or read":
    "Declare the resource instead of importing it.",
  "as things are, nothing could be cancelled at deletion: …":
    "Do what the text behind the colon says, and run `pulumi up`, which looks again.",
  "the tenant is locked, and then it cannot be named": "Unlock the tenant, and run `pulumi up` again.",
  "its jobs cannot be read: no server leads the tenant":
    "Wait until a leader is elected, and run `pulumi up` again.",
  "no cleanup policy but …, which cleans no backup sets":
    "Add a [`BackupCleanupPolicy`](backupCleanupPolicy.md); drop the other policy by hand first.",
  "a cleanup policy without a recovery window, which cleans nothing": "Give the policy a `recoveryWindow`.",
  "no automatic cleanup policy": "Add a [`BackupCleanupPolicy`](backupCleanupPolicy.md).",
  "the tenant has … destinations of its log archive, and a cleanup works with one only":
    "Keep one destination of the log archive, or remove the incomplete set by hand.",
  "it does not lie at the tenant's present backup destination, and a cleanup looks nowhere else":
    "Remove it by hand (`ALTER SYSTEM DELETE BACKUPSET`), or set the destination back.",
  "…: found …, but it has to be …; …":
    "Correct `connection`; when the cluster that was found is meant, change `triggers`.",
  "OceanBase seekdb, which has no backups to cancel": "Connect to an OceanBase cluster.",
  "an OceanBase without tenant-level backups": "Connect to OceanBase 4.0 or later.",
  "a server that is not OceanBase": "Correct `connection.host` and `connection.port`.",
  "the server asks for the login method …; …":
    "Give the account `mysql_native_password`, or set `connection.tls`: see [login methods](connection.md#login-methods).",
  "the server refused it": "Look the number up in OceanBase's list of error codes.",
  "OceanBase … has no such view or column": "Leave `requireRestorePoint` out on this version.",
  "job … is …, which is no state that is known": "Cancel it by hand, or leave the filter out.",
  "the type of job … is not known": "Leave `onlyTypes` out.",
  "job … is … backup": "Nothing: it was excluded by `onlyTypes`.",
  "the age of job … is not known": "Leave `onlyOlderThanSeconds` out.",
  "job … is … s old, not older than … s": "Nothing: it was excluded by `onlyOlderThanSeconds`.",
  "the program declares one for a tenant of this name elsewhere, and whether that is the same cluster could not be found out: …":
    "Make the cluster reachable and run the command again; or drop the policy by hand.",
  "its task could not be read": "Grant SELECT on the task views; see [privileges](privileges.md).",
  "tenant …: …; OceanBase … removes the backups that it does not need any more …":
    "Give the longer window again before `pulumi up`, when these backups are to stay.",
  "…: … (…); check connection.host and connection.port": "See the table of the network's codes below.",
  "no host is given: …": "Set one of the places that the text names.",
  "OceanBase ends a job only when each of its log stream tasks has stopped; a server of the cluster that does not answer keeps it, for ten minutes at most: check for servers that are down or cut off…":
    "Check for servers of the cluster that are down or cut off.",
  "there is no such input; …": "Correct the name; the nearest or all known ones follow.",
  "the tenant has no backup destination, and a cleanup looks nowhere else":
    "Set the tenant's `data_backup_dest` again, or remove the incomplete set by hand.",
};

/** What a message begins with: what was being done, as it stands before the place and the first colon. */
export const DOING =
  /^(reading|asking|identifying|looking for|logging in|cancelling the backups|pinging|… the cleanup policy of tenant)/;

/** Parts of other texts, and lines that report and ask for nothing. */
export const NOT_ALONE: readonly string[] = [
  "(in a refresh and a destroy, as it was at the last up)",
  "the provider object's …",
  "an OceanBase that does not tell its version",
  "no recovery window",
  "the policy that was there (…)",
  ", but its redundancy and number of copies, which the server does not show, are the server's defaults now",
  "no cleanup policy",
  "tenant … has … now",
  "the tenant has …",
  "run the command again, or correct connection",
  "if the one found is meant, change triggers, else correct connection",
  "tenant … of cluster …",
  "in the recycle bin",
  'for every user tenant write tenants: "all", not a list',
  "check connection.host, connection.port and firewalls",
  "see OceanBase's error codes for its meaning",
  '…: … (error …); the server said "…"; …',
  "…, OceanBase's own -…",
  "logging out took too long",
  "OceanBase 4.0 or later with the view OB_BACKUP_SET_FILES is needed",
  "the reply to the statement was lost",
  "the statement failed",
  "all user tenants",
  "leave waitForCleanup out",
  "make OB_BACKUP_DELETE_POLICY, OB_BACKUP_PARAMETER and OB_ARCHIVE_DEST readable",
  "… (recovery window …: not before …)",
  "the sys tenant as part of cluster backup …",
  "the tenant itself",
  "… job … is CANCELING for … s, …, path …",
  "task … … (result ……, … of … tablets)",
  "raise timeoutSeconds, or look at the jobs again later",
  "correct connection, or remove the resource from the state if its cluster is gone",
  "the program declares it by another resource, or by this one anew",
  "what would be sent cannot be shown: some inputs are not known yet",
  "only the record changes: nothing would be sent",
  "tenant … has this cleanup policy already: nothing would be sent",
  "as soon as the policy is added",
  "within the hour",
  "the recovery window gets shorter, … instead of …",
  "cleanup policy of …: …",
  "what runs now cannot be shown: some inputs are not known yet",
  "now (and nothing is sent before it is deleted)",
  "no backup to cancel runs … in ……",
  "left behind: … at …",
  "and … more backup jobs",
  "… running where backups are to be kept stopped: …",
  "no backup was running",
  "getBackupJobs: …",
  "did you mean …?",
  "set connection.host, the stack configuration oceanbase-backup:host, or the environment variable OCEANBASE_HOST",
  "the stack's configuration …",
  "the environment variable …",
  "verifyHostName …",
  "rename … in the stack's configuration",
  "…; nothing would be sent",
  "nothing sent yet; backups are cancelled when this resource is deleted",
  "stopped; looking on for … s for backups that start again",
  "nothing cancelled; excluded …",
  "; not cancelled in …",
  "; customTimeouts gives it … s",
  "; or the tenant's log archive is not DOING, which the first builds of 4.0 wait for",
  "…; the next pulumi up goes on from here",
  "names are case-sensitive",
  "there is no user tenant",
  "the user tenants are …",
  "stopped; waiting for the cleanup of … (…)",
  "; what runs in … cannot be read, because no server leads the tenant",
  "missing or not readable",
];
