// @ts-check
// A button that says how many boxes of its form are ticked.
const form = document.querySelector("[data-ticked]");
const button = /** @type {HTMLButtonElement | null} */ (form?.querySelector("button[data-many]") ?? null);

function tell() {
	if (!form || !button) return;
	const n = form.querySelectorAll("input[name=fiche]:checked").length;
	button.disabled = n === 0;
	const words = n === 1 ? button.dataset.one : button.dataset.many;
	button.textContent = String(words).replace("{n}", String(n));
}

form?.addEventListener("change", tell);
// What a browser ticks again on the way back it ticks after this script.
addEventListener("pageshow", tell);
