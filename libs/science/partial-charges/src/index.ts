export { am1bccCharges, bondChargeCorrections, MissingCorrectionError } from './am1bcc';
export { am1bccAromaticity, type Aromaticity } from './aromaticity';
