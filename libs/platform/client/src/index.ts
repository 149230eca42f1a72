export * from './errors';
export * from './gateway-client';
export { isPlanned, seriesPlan, type SeriesPlan } from './series-plan';
