import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isAtLeast } from "../../../provider/oceanbase/cluster/versions.ts";
import { VIEW_COLUMNS } from "../../../provider/oceanbase/cluster/views.ts";

/** For every version, and every view in it: where the view is, and its columns. */
const recorded: { versions: Record<string, Record<string, string>> } = JSON.parse(
  readFileSync(join(import.meta.dirname, "..", "..", "sdk", "sandbox", "ob-views.json"), "utf8"),
);

/** The views that the package reads, without `CDB_` and `DBA_`. */
export const VIEWS = ["OB_TENANTS", ...Object.keys(VIEW_COLUMNS)];

/** What 4.6.0, of which only this was recorded, has besides. */
const SINCE_4_6_0: Readonly<Record<string, string>> = {
  "oceanbase.DBA_OB_TENANTS":
    "ZONE_UNIT_NUM_LIST, FLASHBACK_LOG_SCN, COMMENT, PROTECTION_MODE, PROTECTION_LEVEL",
};

/**
 * The columns of a view such as `oceanbase.DBA_OB_TENANTS` in the last recorded version up to this one; undefined where
 * there is no such view.
 */
export function recordedColumns(
  view: string,
  version: string,
  inSys: boolean,
): readonly string[] | undefined {
  const isUpTo = (name: string) => isAtLeast({ version }, buildOf(name));
  const nearest = Object.entries(recorded.versions).findLast(([name]) => isUpTo(name));
  const [place, columns] = nearest?.[1][view]?.split(": ") ?? [];
  if (columns === undefined || (place === "sys" && !inSys)) return undefined;
  const fresh = isUpTo("4.6.0") ? SINCE_4_6_0[view] : undefined;
  return [columns, ...(fresh === undefined ? [] : [fresh])].join(", ").split(", ");
}

/** `4.2.1.6` for `4.2.1_CE_BP6`. */
function buildOf(name: string): `${number}.${number}.${number}` {
  const [, version = name, pack = "0"] = /^([\d.]+)(?:_CE)?(?:_BP(\d+))?/.exec(name) ?? [];
  return (version.split(".").length > 3 ? version : `${version}.${pack}`) as `${number}.${number}.${number}`;
}
