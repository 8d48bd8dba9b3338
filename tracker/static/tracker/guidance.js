// The wellness check while somebody writes a guidance text, and the finding of the evidence card that is chosen.
// Without this, saving says the same.
"use strict";

(() => {
  const WAIT = 400;

  const start = () => {
    const check = document.getElementById("guidance-check");
    const words = [...document.querySelectorAll("[data-guidance=words]")];
    if (check && words.length) watchWords(check.dataset.address, words);
    const card = document.querySelector("select[data-guidance=card]");
    const findings = document.getElementById("guidance-findings");
    if (card && findings) showFinding(card, JSON.parse(findings.textContent));
  };

  function watchWords(address, words) {
    const status = element("p", "guidance-status", { role: "status", "aria-live": "polite" });
    words[0].form.querySelector("[data-guidance=words]").closest("fieldset").append(status);
    const lists = new Map(words.map((field) => [field.name, listBelow(field)]));
    let timer, request;

    const ask = async () => {
      request?.abort();
      request = new AbortController();
      const body = new URLSearchParams(words.map((field) => [field.name, field.value]));
      body.set("csrfmiddlewaretoken", words[0].form.querySelector("[name=csrfmiddlewaretoken]").value);
      try {
        const answer = await fetch(address, { method: "POST", body, signal: request.signal });
        if (!answer.ok) throw new Error(answer.status);
        show((await answer.json()).faults);
      } catch (error) {
        if (error.name !== "AbortError") status.textContent = "The check can't be reached just now; saving checks as well.";
      }
    };

    const show = (faults) => {
      for (const field of words) {
        const own = faults.filter((fault) => fault.field === field.name);
        lists.get(field.name).replaceChildren(...own.map((fault) => lineOf(field, fault)));
        field.setAttribute("aria-invalid", String(own.some((fault) => fault.rule !== "missing")));
      }
      const said = faults.length === 0 ? "Wellness check: nothing to mend."
        : `Wellness check: ${faults.length} to mend.`;
      if (status.textContent !== said) status.textContent = said;
    };

    for (const field of words) {
      field.addEventListener("input", () => {
        clearTimeout(timer);
        timer = setTimeout(ask, WAIT);
      });
    }
    if (words.some((field) => field.value)) ask();
  }

  function listBelow(field) {
    const list = element("ul", "guidance-hits", { id: `${field.id}_hits` });
    field.after(list);
    const described = field.getAttribute("aria-describedby");
    field.setAttribute("aria-describedby", described ? `${described} ${list.id}` : list.id);
    return list;
  }

  // A place is a button, which marks it in the field. Places count characters, as Python does; fields count UTF-16 units.
  function lineOf(field, fault) {
    const line = element("li");
    if (fault.end === 0) {
      line.textContent = sentence(fault.detail);
      return line;
    }
    const characters = Array.from(field.value);
    const before = characters.slice(0, fault.start).join("").length;
    const place = characters.slice(fault.start, fault.end).join("");
    const button = element("button", "guidance-hit", { type: "button" });
    button.textContent = fault.detail;
    button.addEventListener("click", () => {
      field.focus();
      field.setSelectionRange(before, before + place.length);
    });
    line.append(button);
    return line;
  }

  function showFinding(card, findings) {
    const finding = element("p", "guidance-small", { "aria-live": "polite" });
    (card.closest(".relative") ?? card).after(finding);
    const show = () => { finding.textContent = findings[card.value] ?? ""; };
    card.addEventListener("change", show);
    show();
  }

  const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1);

  function element(name, className = "", attributes = {}) {
    const made = document.createElement(name);
    if (className) made.className = className;
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
