import { ensurePackageManagers } from "../toolchain/packageManagers.mjs";

/** Before the tests that install the package in more ways than by npm. */
export default ensurePackageManagers;
