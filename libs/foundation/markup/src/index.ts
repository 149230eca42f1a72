export { figureTable, type FigureRow } from './figure-table';
export { fixed } from './fixed';
export { Markup, markup, type Fragment } from './markup';
export { htmlPage, picture, scrollingTable } from './page';
export { profilePlot, type ProfilePoint } from './profile-plot';
