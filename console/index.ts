export { renderStatePage, statePagePolicy } from './page/render-state-page.ts';
