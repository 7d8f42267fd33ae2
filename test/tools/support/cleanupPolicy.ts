import {
  ensureCleanupPolicy,
  type PolicyReport,
  type PolicyRequest,
} from "../../../provider/oceanbase/cleanup/cleanupPolicyChange.ts";
import type { PolicyPlace } from "../../../provider/oceanbase/cleanup/policySender.ts";
import { type Cluster, identify } from "../../../provider/oceanbase/cluster/cluster.ts";
import { openSession } from "../../../provider/oceanbase/connection/session.ts";
import type { CleanupPolicy } from "../../../provider/oceanbase/statements.ts";
import type { Logins, Sandbox } from "../../../sdk/sandbox/sandbox.ts";
import { loginOf, useSandbox } from "./sandbox.ts";

/** The statements as a user tenant sends them, and as sys sends them for `mysql_tenant`. */
export const ADD = "ALTER SYSTEM ADD DELETE BACKUP POLICY = 'default'";
export const DROP = "ALTER SYSTEM DROP DELETE BACKUP POLICY = 'default'";
export const add = (window: string, rest = "") =>
  `${ADD} RECOVERY_WINDOW = '${window}'${rest} TENANT = \`mysql_tenant\``;
export const drop = `${DROP} TENANT = \`mysql_tenant\``;

/** Lets a request replace a policy that differs. */
export const replacing = { mayReplace: () => true };

/** What became of the cleanup policies of a sandbox. */
export function policiesIn(sandbox: () => Sandbox) {
  const policies = () => sandbox().rows("SELECT * FROM oceanbase.__all_backup_delete_policy");
  return {
    /** The statements that reached the server, in order. */
    sent: () => sandbox().log.matching(/^ALTER/),
    policies,
    windows: () => policies().map((row) => row.recovery_window),
  };
}

/** A user of the sandbox, and how the caller ends the change. */
interface As {
  who?: keyof Logins;
  signal?: AbortSignal;
  /** How long the view may be asked for. */
  patienceMs?: number;
}

/** Changes of the cleanup policies of a sandbox. */
export function policyChangesOn(sandbox: () => Sandbox) {
  /** Acts on the policy of the login's own tenant, from sys on that of `mysql_tenant`. */
  async function inPlace<T>(
    act: (place: PolicyPlace) => Promise<T>,
    { who = "sys", signal, patienceMs = 5000 }: As = {},
  ): Promise<T> {
    const login = loginOf(sandbox(), sandbox().logins[who], {
      connectTimeoutSeconds: 1,
      replyTimeoutSeconds: 2,
    });
    const session = await openSession(login, { signal });
    try {
      const identified = await identify(session);
      const { server } = identified;
      const named = server.tenants.find(({ name }) => name === "mysql_tenant");
      const tenant = login.tenant === "sys" && named !== undefined ? named : server.tenant;
      // Each look of the change has this time, as each read has its own.
      const cluster: Cluster = {
        ...identified,
        read: (...asked) => identified.within(patienceMs).read(...asked),
      };
      return await act({ cluster, tenant, signal });
    } finally {
      await session.close();
    }
  }

  /** Sees to it that there is this policy; one that differs is an error unless the request lets it be replaced. */
  function ensure(
    wanted: CleanupPolicy,
    request: Partial<PolicyRequest> = {},
    as: As = {},
  ): Promise<PolicyReport> {
    return inPlace(
      (place) => ensureCleanupPolicy(place, { wanted, mayReplace: () => false, ...request }),
      as,
    );
  }

  return { ...policiesIn(sandbox), inPlace, ensure };
}

/** Gives every test of a file a sandbox of its own, and changes of its cleanup policies. */
export function usePolicyChange() {
  const sandbox = useSandbox();
  return { sandbox, ...policyChangesOn(sandbox) };
}
