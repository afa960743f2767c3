"use strict";
(() => {
  const make = (name, properties, ...children) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children);
    return element;
  };
  const follow = () => {
    const target = location.hash && document.getElementById(location.hash.slice(1));
    if (target && target.tagName === "DETAILS") target.open = true;
  };
  addEventListener("hashchange", follow);
  follow();
  addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((one) => { one.open = true; }));

  // Search: texts are read once, and only what changes is touched.
  for (const section of document.querySelectorAll(".objects")) {
    const objects = [...section.querySelectorAll(":scope .object")];
    if (objects.length < 5) continue;
    let texts = null;
    const said = make("span", { className: "count", ariaLive: "polite" });
    const field = make("input", { type: "search", placeholder: "Search names, fields and values", ariaLabel: "Search objects" });
    const fold = make("button", { type: "button", textContent: "Open all" });
    const groups = [...section.querySelectorAll(".group")].map((group) => [group, [...group.querySelectorAll(".object")], group.querySelector("h3 .count")]);
    const search = () => {
      texts ??= objects.map((object) => object.textContent.toLowerCase());
      const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
      let found = 0;
      objects.forEach((object, at) => {
        const fits = words.every((word) => texts[at].includes(word));
        if (fits) found += 1;
        if (object.hidden === fits) object.hidden = !fits;
      });
      for (const [group, own, tally] of groups) {
        const shown = own.filter((object) => !object.hidden).length;
        group.hidden = !shown;
        tally.textContent = shown < own.length ? `${shown} of ${own.length}` : own.length;
      }
      said.textContent = words.length ? `${found} of ${objects.length}` : "";
    };
    let waiting = 0;
    field.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(search, 120); });
    fold.addEventListener("click", () => {
      const open = fold.textContent === "Open all";
      objects.forEach((object) => { if (!object.hidden) object.open = open; });
      fold.textContent = open ? "Close all" : "Open all";
    });
    section.querySelector("h2").after(make("div", { className: "tools" }, field, fold, said));
  }

  // Pictures: zoom, and neighbours of the box under the pointer or with the focus.
  for (const canvas of document.querySelectorAll(".canvas")) {
    const svg = canvas.querySelector("svg");
    if (!svg) continue;
    const [width, height] = [svg.viewBox.baseVal.width, svg.viewBox.baseVal.height];
    let zoom = Math.min(1, Math.max(0.5, canvas.clientWidth / width));
    const draw = () => { svg.setAttribute("width", width * zoom); svg.setAttribute("height", height * zoom); };
    const button = (text, label, factor) => {
      const made = make("button", { type: "button", textContent: text, ariaLabel: label });
      made.addEventListener("click", () => { zoom = factor ? Math.min(4, Math.max(0.1, zoom * factor)) : canvas.clientWidth / width; draw(); });
      return made;
    };
    canvas.before(make("div", { className: "tools" }, button("+", "Zoom in", 1.25), button("−", "Zoom out", 0.8), button("Fit", "Fit the width", 0)));
    draw();
    const boxes = [...svg.querySelectorAll(".box")];
    const arrows = [...svg.querySelectorAll(".arrow")];
    const show = (box) => {
      const near = new Set(box ? [box.dataset.box] : []);
      for (const arrow of arrows) {
        const joined = box && (arrow.dataset.from === box.dataset.box || arrow.dataset.to === box.dataset.box);
        if (joined) near.add(arrow.dataset.from).add(arrow.dataset.to);
        arrow.classList.toggle("faded", Boolean(box) && !joined);
      }
      for (const one of boxes) one.classList.toggle("faded", Boolean(box) && !near.has(one.dataset.box));
    };
    for (const box of boxes) {
      box.addEventListener("mouseenter", () => show(box));
      box.addEventListener("mouseleave", () => show(null));
      const link = box.closest("a");
      if (link) {
        link.addEventListener("focus", () => show(box));
        link.addEventListener("blur", () => show(null));
      }
    }
  }
})();
