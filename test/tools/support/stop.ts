import type { Login } from "../../../provider/oceanbase/connection/login.ts";
import { openSession } from "../../../provider/oceanbase/connection/session.ts";
import { rehearseStop, stopBackups } from "../../../provider/oceanbase/stop/stopBackups.ts";
import type { StopControl, StopReport, StopRequest } from "../../../provider/oceanbase/stop/stopRequest.ts";
import type { Logins, Sandbox } from "../../../sdk/sandbox/sandbox.ts";
import { backupsIn } from "./backups.ts";
import { loginOf, useSandbox } from "./sandbox.ts";
import { stopRequest } from "./stopRequest.ts";

/** A user of the sandbox or another login, and how the caller follows the action. */
type As = Partial<StopControl> & { who?: keyof Logins; login?: Login };

/** The action on a sandbox, and its backups. */
export function stopsOn(sandbox: () => Sandbox) {
  const inSession =
    (act: typeof stopBackups) =>
    async (request: Partial<StopRequest> = {}, { who = "sys", login, ...control }: As = {}) => {
      const as = login ?? loginOf(sandbox(), sandbox().logins[who], { connectTimeoutSeconds: 1 });
      const session = await openSession(as, control);
      try {
        return await act(session, stopRequest({ loginTenant: as.tenant, ...request }), {
          progress: () => {},
          ...control,
        });
      } finally {
        await session.close();
      }
    };
  const stop = inSession(stopBackups);

  /** An attempt whose job is still CANCELING when its second is over, and stays so until the test lets it end. */
  async function timedOut(request: Partial<StopRequest> = {}): Promise<StopReport> {
    sandbox().startBackup("mysql_tenant");
    sandbox().setStuck("mysql_tenant", true);
    return await stop({ timeoutSeconds: 1, ...request });
  }

  /** An action that has seen its job CANCELING and waits: the job stays so until the test lets it end. */
  async function waiting(
    request: Partial<StopRequest> = {},
    as: As = {},
  ): Promise<{ stopping: Promise<StopReport> }> {
    sandbox().startBackup("mysql_tenant");
    sandbox().setStuck("mysql_tenant", true);
    const seen = Promise.withResolvers<void>();
    const stopping = stop(request, {
      ...as,
      progress: (text) => {
        as.progress?.(text);
        if (text.includes("CANCELING")) seen.resolve();
      },
    });
    await Promise.race([seen.promise, stopping]);
    return { stopping };
  }

  return { ...backupsIn(sandbox), stop, rehearse: inSession(rehearseStop), timedOut, waiting };
}

/** Gives every test of a file a sandbox of its own, and the action on it. */
export function useStop() {
  const sandbox = useSandbox();
  return { sandbox, ...stopsOn(sandbox) };
}
