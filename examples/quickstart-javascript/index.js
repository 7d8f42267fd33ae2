// The quickstart as plain JavaScript.
const { CancelBackup } = require("pulumi-oceanbase-backup");

const stop = new CancelBackup("stop", { tenants: ["mysql_tenant"] });

exports.summary = stop.summary;
exports.jobs = stop.jobs;
