// The quickstart as plain JavaScript.
const { CancelBackup } = require("pulumi-oceanbase-backup");

const stop = new CancelBackup("stop", { tenants: ["mysql_tenant"] });

exports.summary = stop.summary;
exports.jobs = stop.jobs;
// Incomplete data that the cancelled backup has left at its destination.
exports.leftovers = stop.leftovers;
