import { expect, test } from "vitest";
import {
  destinationIn,
  isSamePlace,
  readDestinations,
} from "../../../../provider/oceanbase/cleanup/destinations.ts";
import { scriptedCluster, serverInSys, serverInTenant } from "../../../tools/support/scriptedSession.ts";

test.each([
  ["file:///backup", "file:///backup", undefined],
  ["file:///backup//", "file:///backup", undefined],
  ["oss://bucket/a/?host=h1.example&access_key=MARKER", "oss://bucket/a", "h1.example"],
  ["oss://bucket/a?access_key=MARKER&host=h1.example", "oss://bucket/a", "h1.example"],
  ["oss://bucket/a?access_key=MARKER", "oss://bucket/a", undefined],
  ["oss://bucket/a?otherhost=h1.example", "oss://bucket/a", undefined],
  ["oss://host=h1.example/a", "oss://host=h1.example/a", undefined],
  ["oss://bucket/a?access_key=MARKER?host=h1.example", "oss://bucket/a", undefined],
  ["oss://bucket/a?\nhost=h1.example&host=h2.example", "oss://bucket/a", "h2.example"],
])("in %j the place is %j on the host %j", (text, root, host) => {
  expect(destinationIn(text)).toEqual({ root, host });
});

test.each([
  ["oss://b?host=h1", "oss://b/?host=h1&access_key=MARKER", true],
  ["oss://b?host=h1", "oss://b?host=h2", false],
  ["oss://b?host=h1", "oss://b", true],
  ["oss://b", "oss://b", true],
  ["oss://b?host=h1", "oss://c?host=h1", false],
  ["oss://b", "oss://c?host=h1", false],
])("a comparison of the places %j and %j gives %j", (one, other, same) => {
  expect(isSamePlace(destinationIn(one), destinationIn(other))).toBe(same);
  expect(isSamePlace(destinationIn(other), destinationIn(one))).toBe(same);
});

test("the destinations of several tenants are each tenant's own", async () => {
  const { cluster, session } = scriptedCluster(
    serverInSys(),
    [
      /OB_BACKUP_PARAMETER/,
      [
        { TENANT_ID: "1002", VALUE: "file:///one" },
        { TENANT_ID: "1004", VALUE: null },
      ],
    ],
    [/OB_ARCHIVE_DEST/, ["1002", "1004", "1004"].map((id) => ({ TENANT_ID: id, DEST_NO: "0" }))],
  );
  expect(await readDestinations(cluster, ["1002", "1004", "1006"])).toEqual(
    new Map([
      ["1002", { data: { root: "file:///one", host: undefined }, archives: 1 }],
      ["1004", { data: undefined, archives: 2 }],
      ["1006", { data: undefined, archives: 0 }],
    ]),
  );
  expect(session.asked.map(({ sql }) => sql)).toEqual([
    "SELECT TENANT_ID, VALUE FROM oceanbase.CDB_OB_BACKUP_PARAMETER WHERE TENANT_ID IN (1002, 1004, 1006) AND NAME = 'data_backup_dest'",
    "SELECT TENANT_ID, DEST_NO FROM oceanbase.CDB_OB_ARCHIVE_DEST WHERE TENANT_ID IN (1002, 1004, 1006) AND NAME = 'path'",
  ]);
});

test("a destination that belongs to no tenant is left out", async () => {
  const { cluster } = scriptedCluster(
    serverInTenant(),
    [/OB_BACKUP_PARAMETER/, [{ TENANT_ID: null, VALUE: "file:///backup" }]],
    [/OB_ARCHIVE_DEST/, []],
  );
  const nowhere = { data: undefined, archives: 0 };
  expect(await readDestinations(cluster, ["1002"])).toEqual(new Map([["1002", nowhere]]));
});
