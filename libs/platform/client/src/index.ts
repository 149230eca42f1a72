export * from './errors';
export * from './gateway-client';
