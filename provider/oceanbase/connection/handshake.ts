/** How a connection was made safe. */
export interface Handshake {
  /** How the account has proved its password. Fact: login-methods */
  loginMethod: "mysql_native_password" | "caching_sha2_password";
  /** Protocol and cipher of TLS, such as `TLSv1.3, TLS_AES_256_GCM_SHA384`; absent without TLS. */
  encryption?: string;
}
