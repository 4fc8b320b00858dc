// Everything works without script; what it makes better is asked for in the page: data-cop-module="checkin".
// A module exports attach(element, load): `load` brings to life what the module has put into the page.

const addresses = JSON.parse(document.querySelector("script[data-cop-modules]")?.dataset.copModules ?? "{}");
const attached = new WeakMap();

async function bring(element, name) {
  const known = attached.get(element) ?? new Set();
  if (known.has(name) || !Object.hasOwn(addresses, name)) return;
  attached.set(element, known.add(name));
  const module = await import(addresses[name]);
  module.attach(element, load);
}

function load(root) {
  const found = [...root.querySelectorAll("[data-cop-module]")];
  if (root instanceof Element && root.matches("[data-cop-module]")) found.unshift(root);
  for (const element of found) {
    for (const name of element.dataset.copModule.split(" ")) bring(element, name);
  }
}

load(document);

// 31 February, typed in the browser's own field of a date, would leave as an empty one: the server then asks for a
// date that was given. It says so instead.
document.addEventListener("formdata", ({ target, formData }) => {
  for (const control of target.elements) if (control.name && control.validity?.badInput) formData.set(control.name, "?");
});
