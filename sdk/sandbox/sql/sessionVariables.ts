import type { Flavor } from "../cluster/flavors.ts";
import type { Mode } from "./tokens.ts";

/** The system variables as a session sees them, among them those that clients ask for when they connect. */
export function variablesOf(flavor: Flavor, mode: Mode, queryTimeoutUs: number): Record<string, string> {
  return {
    ...flavor.variables,
    max_allowed_packet: "16777216",
    ob_query_timeout: String(queryTimeoutUs),
    wait_timeout: "28800",
    system_time_zone: "+08:00",
    time_zone: "+08:00",
    sql_mode: "STRICT_ALL_TABLES",
    autocommit: "1",
    tx_isolation: "READ-COMMITTED",
    transaction_isolation: "READ-COMMITTED",
    redirect_url: "",
    character_set_client: "utf8mb4",
    character_set_connection: "utf8mb4",
    character_set_results: "utf8mb4",
    character_set_server: "utf8mb4",
    character_set_database: "utf8mb4",
    collation_connection: "utf8mb4_general_ci",
    ...(flavor.compatibilityMode ? { ob_compatibility_mode: mode } : {}),
  };
}
