/**
 * The seam to lit-html: templates and directives come from here and nowhere else.
 */
export { html, svg, render, nothing } from './template.js';
export { classMap } from '/vendor/lit-html/directives/class-map.js';
export { ifDefined } from '/vendor/lit-html/directives/if-defined.js';
export { live } from '/vendor/lit-html/directives/live.js';
export { repeat } from '/vendor/lit-html/directives/repeat.js';
export { ref } from '/vendor/lit-html/directives/ref.js';
