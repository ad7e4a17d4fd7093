/** A page as a browser without scripts shows it, or the address outside the provider that the browser was redirected to. */
export interface Page {
	readonly url: string;
	readonly status: number;
	readonly headers: Headers;
	readonly text: string;
	/** True if the browser was redirected away from the provider, to `url`, which it has not requested. */
	readonly left: boolean;
}

/** One person's browser without scripts: it keeps cookies, follows redirects and submits forms. */
export interface Browser {
	open(url: string): Promise<Page>;
	/**
	 * Submits a form of the page with its hidden fields, as pressing a button does.
	 *
	 * @param action the end of the form's address; the first matching form is submitted
	 * @param fields the fields that are filled in, and the name and value of the button
	 */
	submit(page: Page, action: string, fields?: Readonly<Record<string, string>>): Promise<Page>;
	/** The value of a cookie that it would send to a path. */
	cookie(name: string, path?: string): string | undefined;
	/** The `Cookie` header for a path. */
	cookies(path: string): string;
}

interface Cookie {
	readonly value: string;
	readonly path: string;
	readonly expires: number;
}

/** @param origin of the provider */
export function createBrowser(origin: string): Browser {
	const jar = new Map<string, Cookie>();

	function keep(headers: Headers, url: URL): void {
		for (const line of headers.getSetCookie()) {
			const [pair = "", ...attributes] = line.split(/;\s*/);
			const at = pair.indexOf("=");
			const given = Object.fromEntries(
				attributes.map((text) => {
					const [name = "", value = ""] = text.split("=");
					return [name.toLowerCase(), value];
				}),
			);
			const path = given.path ?? (url.pathname.replace(/\/[^/]*$/, "") || "/");
			const expires = given.expires === undefined ? Number.POSITIVE_INFINITY : Date.parse(given.expires);
			jar.set(`${pair.slice(0, at)} ${path}`, { value: pair.slice(at + 1), path, expires });
		}
	}

	const cookiesFor = (path: string): [string, Cookie][] =>
		[...jar]
			.filter(([, cookie]) => cookie.expires > Date.now() && cookie.value !== "")
			.filter(([, { path: own }]) => path === own || path.startsWith(own.endsWith("/") ? own : `${own}/`))
			.map(([key, cookie]): [string, Cookie] => [key.slice(0, key.indexOf(" ")), cookie]);
	const cookies = (path: string): string =>
		cookiesFor(path)
			.map(([name, { value }]) => `${name}=${value}`)
			.join("; ");

	async function ask(method: string, to: string, body?: URLSearchParams): Promise<Page> {
		let url = new URL(to, origin);
		let [how, what] = [method, body];
		for (let hops = 0; hops < 20; hops++) {
			if (url.origin !== origin) return { url: url.href, status: 0, headers: new Headers(), text: "", left: true };
			const response = await fetch(url, {
				method: how,
				redirect: "manual",
				headers: {
					accept: "text/html",
					cookie: cookies(url.pathname),
					...(how === "POST" ? { origin, "sec-fetch-site": "same-origin" } : {}),
				},
				...(what === undefined ? {} : { body: what }),
			});
			keep(response.headers, url);
			const location = response.headers.get("location");
			if (response.status < 300 || response.status >= 400 || location === null)
				return {
					url: url.href,
					status: response.status,
					headers: response.headers,
					text: await response.text(),
					left: false,
				};
			await response.body?.cancel();
			url = new URL(location, url);
			[how, what] = ["GET", undefined];
		}
		throw new Error(`More than 20 redirects from ${to}`);
	}

	return {
		open: (url) => ask("GET", url),
		submit(page, action, fields = {}) {
			const form = formsOf(page).find((it) => new URL(it.action, page.url).pathname.endsWith(action));
			if (form === undefined) throw new Error(`No form for ${action} at ${page.url} (${page.status}): ${page.text}`);
			return ask("POST", new URL(form.action, page.url).href, new URLSearchParams({ ...form.hidden, ...fields }));
		},
		cookie: (name, path = "/") => cookiesFor(path).find(([own]) => own === name)?.[1].value,
		cookies,
	};
}

const unescape = (text: string): string =>
	text
		.replaceAll("&quot;", '"')
		.replaceAll("&#39;", "'")
		.replaceAll("&lt;", "<")
		.replaceAll("&gt;", ">")
		.replaceAll("&amp;", "&");
const attribute = (tag: string, name: string): string | undefined => {
	const found = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1];
	return found === undefined ? undefined : unescape(found);
};

/** The forms of a page, with their hidden fields. */
export function formsOf(page: Page): readonly { readonly action: string; readonly hidden: Record<string, string> }[] {
	return [...page.text.matchAll(/<form\b([^>]*)>([^]*?)<\/form>/g)].map(([, tag = "", inside = ""]) => ({
		action: attribute(tag, "action") ?? page.url,
		hidden: Object.fromEntries(
			[...inside.matchAll(/<input\b[^>]*type="hidden"[^>]*>/g)].map(([input]) => [
				attribute(input, "name") ?? "",
				attribute(input, "value") ?? "",
			]),
		),
	}));
}
