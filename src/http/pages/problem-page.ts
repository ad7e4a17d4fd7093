import type { Instance } from "../base/services.ts";
import type { ProblemOptions } from "../middleware/problem.ts";
import { html } from "../page-kit/html.ts";
import { layout } from "../page-kit/layout.ts";

const isForMachines = /^\/(api|\.well-known|tiers|meta)(\/|$)/;

/** A problem as an HTML page, if the request accepts HTML and is not for the API. */
export const problemPage =
	(instance: Instance): ProblemOptions["asPage"] =>
	({ path, accept }, { status, body }) => {
		if (isForMachines.test(path) || !accept.includes("text/html")) return undefined;
		const main = html`<section class="hero"><h1>${body.title}</h1><p>${body.detail}.</p><ul class="facts"><li>${status}</li></ul></section><p><a href="/">To the front page</a></p>`;
		return layout(instance, { title: body.title, description: "" }, main).text;
	};
