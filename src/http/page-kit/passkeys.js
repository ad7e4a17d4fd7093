// Passkeys are available to scripts only. A form with data-passkey is shown if the browser supports them. Before the form is
// sent, this script fetches its options, runs the ceremony, and puts the result into the field "response".

const forms = document.querySelectorAll("form[data-passkey]");

/** @param {HTMLFormElement} form */
async function perform(form) {
	const answer = await fetch(form.dataset.options ?? "", {
		method: "POST",
		body: new URLSearchParams({ csrf: field(form, "csrf").value }),
		headers: { Accept: "application/json" },
	});
	if (!answer.ok) throw new Error(`${answer.status}`);
	const { handle, options } = await answer.json();
	const credential =
		form.dataset.passkey === "create"
			? await navigator.credentials.create({
					publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options),
				})
			: await navigator.credentials.get({
					publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options),
				});
	field(form, "handle").value = handle;
	field(form, "response").value = JSON.stringify(credential);
	form.submit();
}

/**
 * @param {HTMLFormElement} form
 * @param {string} name
 */
function field(form, name) {
	return /** @type {HTMLInputElement} */ (form.elements.namedItem(name));
}

if (globalThis.PublicKeyCredential?.parseRequestOptionsFromJSON !== undefined) {
	for (const form of /** @type {Iterable<HTMLFormElement>} */ (forms)) {
		form.hidden = false;
		const failed = /** @type {HTMLElement | null} */ (form.querySelector("[data-failed]"));
		form.addEventListener("submit", (event) => {
			event.preventDefault();
			if (failed !== null) failed.hidden = true;
			perform(form).catch(() => {
				if (failed !== null) failed.hidden = false;
			});
		});
	}
}
