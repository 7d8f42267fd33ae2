/** How much of a long test to run: the short form in `npm test`, the long one in `npm run test:soak`. */
export const soak = (short: number, long: number): number => (process.env.SOAK ? long : short);
