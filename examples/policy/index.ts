// What an organization may ask of every stack that stops backups; Pulumi asks it in every preview and update:
//   pulumi preview --policy-pack ../policy
import { PolicyPack, type ResourceValidationPolicy, type StackValidationPolicy } from "@pulumi/policy";

/** The types of a resource: by the class of the package, and by its plugin in any language. */
const typesOf = (name: string) => [
  `pulumi-nodejs:dynamic/oceanbase:${name}`,
  `oceanbase-backup:index:${name}`,
];

const isStop = ({ type }: { type: string }) => typesOf("CancelBackup").includes(type);
const isCleanup = ({ type }: { type: string }) => typesOf("BackupCleanupPolicy").includes(type);

const namedTenants: ResourceValidationPolicy = {
  name: "named-tenants",
  description: "A production stack names the tenants whose backups it stops.",
  configSchema: { properties: { production: { type: "string", default: "^prod" } } },
  validateResource: (resource, reportViolation) => {
    const { production } = resource.getConfig<{ production: string }>();
    const [, , stack = ""] = resource.urn.split(":");
    if (isStop(resource) && resource.props.tenants === "all" && new RegExp(production).test(stack)) {
      reportViolation(`name the tenants: \`tenants: "all"\` is not for the production stack ${stack}`);
    }
  },
};

const reasonGiven: ResourceValidationPolicy = {
  name: "reason-given",
  description: "A stop says why.",
  validateResource: (resource, reportViolation) => {
    if (isStop(resource) && !/\S/.test(resource.props.reason ?? "")) {
      reportViolation("say why the backups are stopped, in `reason`: it is kept in the state");
    }
  },
};

const cleanupBeside: StackValidationPolicy = {
  name: "cleanup-beside",
  description: "Beside a stop stands the cleanup policy of each tenant that it names.",
  validateStack: ({ resources }, reportViolation) => {
    const covered = resources.filter(isCleanup).map(({ props }) => props.tenant);
    for (const { props, urn } of resources.filter(isStop)) {
      const named: string[] = Array.isArray(props.tenants) ? props.tenants : [];
      const missing = named.filter((tenant) => !covered.includes(tenant));
      if (missing.length === 0 && covered.length > 0) continue;
      const whose = missing.length === 0 ? "" : ` for ${missing.join(", ")}`;
      reportViolation(
        `add a BackupCleanupPolicy${whose}: without one the data of a cancelled backup stays`,
        urn,
      );
    }
  },
};

new PolicyPack("oceanbase-backup", {
  enforcementLevel: "mandatory",
  policies: [namedTenants, reasonGiven, cleanupBeside],
});
