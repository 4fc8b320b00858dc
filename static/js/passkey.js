// Makes or uses a passkey: asks the server what to ask the device (data-cop-options), hands it over, and sends the
// answer in the form's hidden field. data-cop-way: "create" or "get". What only a browser with passkeys can use is
// hidden until here ([data-cop-with]); what the others read instead, after ([data-cop-without]).

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

export function attach(form) {
  if (!window.PublicKeyCredential) return;
  for (const element of form.querySelectorAll("[data-cop-with]")) element.hidden = false;
  for (const element of form.querySelectorAll("[data-cop-without]")) element.hidden = true;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    press(form);
  });
}

async function press(form) {
  form.querySelector(".failed")?.remove();
  form.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(form.dataset.copOptions, { method: "POST", body: new FormData(form) });
    if (!answer.ok || !answer.headers.get("Content-Type")?.includes("json")) throw new Error(answer.status);
    const publicKey = prepared(await answer.json());
    const made = form.dataset.copWay === "create"
      ? await navigator.credentials.create({ publicKey })
      : await navigator.credentials.get({ publicKey });
    form.elements.credential.value = JSON.stringify(plain(made));
    form.submit();
  } catch {
    // Refused by its owner, no key for this site, no network: the person may press again.
    say(form);
  } finally {
    form.removeAttribute("aria-busy");
  }
}

function prepared(options) {
  const known = (list = []) => list.map((one) => ({ ...one, id: bytes(one.id) }));
  return {
    ...options,
    challenge: bytes(options.challenge),
    ...(options.user && { user: { ...options.user, id: bytes(options.user.id) } }),
    ...(options.excludeCredentials && { excludeCredentials: known(options.excludeCredentials) }),
    ...(options.allowCredentials && { allowCredentials: known(options.allowCredentials) }),
  };
}

function plain(made) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (made.response[name]) response[name] = text(made.response[name]);
  }
  return { id: made.id, rawId: text(made.rawId), type: made.type, response, clientExtensionResults: {} };
}

function say(form) {
  const words = document.createElement("p");
  words.className = "failed error";
  words.setAttribute("role", "alert");
  words.textContent = form.dataset.copFailed;
  form.append(words);
}
