/**
 * The seam to lit-html's templates alone; html.js adds the directives.
 */
export { html, svg, render, nothing } from '/vendor/lit-html/lit-html.js';
