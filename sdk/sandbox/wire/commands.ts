/** The first byte of each packet that a client sends after its login. */
export const COMMAND = {
  quit: 0x01,
  initDatabase: 0x02,
  query: 0x03,
  fieldList: 0x04,
  ping: 0x0e,
  prepare: 0x16,
  execute: 0x17,
  closeStatement: 0x19,
  resetStatement: 0x1a,
  setOption: 0x1b,
  resetConnection: 0x1f,
} as const;
