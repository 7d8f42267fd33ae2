import { withoutNulls } from "../given";
import { NAMESPACE } from "../resources/connectionSources";
import { type GetBackupJobsInputs, getBackupJobs } from "../resources/getBackupJobs";
import type { PluginContext } from "./plugin";
import { withCompleteLogin, withMarks } from "./resourceCalls";
import { hasSecret, type Properties, plain, Secret } from "./values";

/** What programs can ask for, by token. A result is an object, as Pulumi's functions have it. */
export const FUNCTIONS: Readonly<
  Record<string, ((args: Properties, context: PluginContext) => Promise<Properties>) | undefined>
> = {
  [`${NAMESPACE}:index:getBackupJobs`]: async (args, context) => {
    const inputs = withCompleteLogin(withoutNulls(plain<Properties>(args)), context);
    const jobs = await getBackupJobs(inputs as unknown as GetBackupJobsInputs, context);
    // The secrets of the login are in no job; any other may be.
    const { password: _, tlsKey: __, ...others } = withMarks(inputs, args, context);
    return { jobs: hasSecret(others) ? new Secret(jobs) : jobs };
  },
};
