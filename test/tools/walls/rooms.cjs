/** What each room may import besides itself. @type {Record<string, string[]>} */
module.exports = {
  "sdk/nodejs": [
    "provider/resources/(command|completeLogin|connectionSources|getBackupJobs)",
    "provider/resources/cancelBackup/outputs",
    "provider/resources/backupCleanupPolicy/(claims|outputs)",
    "provider/(given|nodeVersion)",
  ],
  "sdk/cli": ["provider/resources", "provider/(text|given|nodeVersion)", "sdk/sandbox/index"],
  // What the code is tested against shares none of it.
  "sdk/sandbox": [],
  "provider/dynamic": ["provider/engine", "provider/resources", "provider/(text|given|nodeVersion)"],
  "provider/plugin": ["provider/engine", "provider/resources", "provider/(text|given|nodeVersion)"],
  "provider/engine": ["provider/text"],
  "provider/resources": ["provider/oceanbase", "provider/(text|given)"],
  "provider/oceanbase/stop": [
    "provider/oceanbase/(cleanup|jobs|cluster|connection)",
    "provider/oceanbase/(errors|statements)",
    "provider/(text|given)",
  ],
  "provider/oceanbase/cleanup": [
    "provider/oceanbase/(jobs|cluster|connection)",
    "provider/oceanbase/(errors|statements)",
    "provider/(text|given)",
  ],
  "provider/oceanbase/jobs": [
    "provider/oceanbase/(cluster|connection)",
    "provider/oceanbase/(errors|statements)",
    "provider/(text|given)",
  ],
  "provider/oceanbase/cluster": [
    "provider/oceanbase/connection",
    "provider/oceanbase/(errors|statements)",
    "provider/(text|given)",
  ],
  "provider/oceanbase/connection": ["provider/oceanbase/errors", "provider/(text|given)"],
};
