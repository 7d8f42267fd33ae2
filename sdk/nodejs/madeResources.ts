import * as pulumi from "@pulumi/pulumi";

/**
 * Known once these resources have been made or updated, the custom resources within components among them. In a preview
 * it is unknown while one of them is still to be made.
 */
export function whenMade(dependsOn: pulumi.InvokeOutputOptions["dependsOn"]): pulumi.Output<unknown> {
  if (dependsOn === undefined) return pulumi.output(undefined);
  return pulumi.output(dependsOn).apply((resources) => pulumi.all([resources].flat().map(madeIn)));
}

function madeIn(resource: pulumi.Resource): pulumi.Output<unknown> {
  if (pulumi.CustomResource.isInstance(resource)) return resource.id;
  // Pulumi's own invokes look at the children too; its types do not show them.
  const { __childResources: children = new Set<pulumi.Resource>() } = resource as {
    __childResources?: ReadonlySet<pulumi.Resource>;
  };
  return resource.urn.apply(() => pulumi.all([...children].map(madeIn)));
}
