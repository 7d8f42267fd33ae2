import { doctor as examine } from "../../provider/resources/doctor/doctor";
import { type CliCommand, contextOf, EXIT } from "./command";
import { doctorText } from "./doctorText";
import { loginWithPassword, TARGET, tenantsIn } from "./target";

/** Looks at a cluster, and says what this package needs of it and what it would do there. */
export const doctor: CliCommand = {
  about:
    "look at a cluster, changing nothing: what this package needs of it, and what CancelBackup would do there",
  options: { ...TARGET, anonymous: "flag", json: "flag" },
  async run(options, io) {
    const inputs = await loginWithPassword(options, io);
    const anonymous = options.has("anonymous");
    const findings = await examine({ ...inputs, ...tenantsIn(options, inputs) }, contextOf(io), {
      anonymous,
    });
    const { version } = io;
    io.print(
      options.has("json")
        ? JSON.stringify({ version, ...findings }, undefined, 2)
        : [`pulumi-oceanbase-backup ${version}`, ...doctorText(findings)].join("\n"),
    );
    return findings.problems.length === 0 ? EXIT.allWell : EXIT.somethingMissing;
  },
};
