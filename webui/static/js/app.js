// Enhances pages that work without it: keys, local times, the composer. No dependency, no request but for what is unfolded.
(() => {
  "use strict";
  const root = document.documentElement;
  const one = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  root.classList.add("js");

  // Times: the server names them in its own zone, here they are told in the reader's.
  const clock = new Intl.DateTimeFormat(root.lang, { dateStyle: "medium", timeStyle: "short" });
  const tellTimes = () => {
    for (const time of all("time[datetime]")) {
      const waits = time.className === "waits" ? `${time.closest("[data-waits]")?.dataset.waits ?? ""} ` : "";
      time.title = waits + clock.format(new Date(time.dateTime));
    }
    for (const time of all("time[data-told]")) time.textContent = time.title;
    for (const span of all("[data-from]")) span.textContent = clock.formatRange(new Date(span.dataset.from), new Date(span.dataset.to));
  };

  // A mail's HTML is fetched when somebody wants to see it, into a frame without rights.
  const openFrame = (event) => {
    const fold = event.target;
    if (!fold.open || fold.dataset?.frame === undefined || one("iframe", fold)) return;
    const frame = document.createElement("iframe");
    frame.setAttribute("sandbox", "allow-popups allow-popups-to-escape-sandbox");
    const link = one("a.nojs", fold);
    frame.title = link.textContent;
    frame.src = link.href;
    fold.setAttribute("hx-morph-skip", "");
    fold.append(frame);
  };

  // What a message quotes stands in the ticket already, mostly; it is fetched when somebody unfolds it.
  const openText = async (event) => {
    const fold = event.target;
    const link = fold.open && fold.dataset?.text !== undefined && one("a.nojs", fold);
    if (!link) return;
    try {
      const page = new DOMParser().parseFromString(await (await fetch(link.href)).text(), "text/html");
      link.replaceWith(one(".quoted", page));
      fold.setAttribute("hx-morph-skip", "");
    } catch {
      link.classList.remove("nojs"); // it leads to the same text
    }
  };

  // Its pictures in the Internet are loaded through us when somebody asks for them.
  const loadPictures = (event) => {
    const link = event.target.closest("[data-images]");
    const frame = link && one("iframe", link.closest("details"));
    if (!frame) return;
    event.preventDefault();
    frame.src = link.href;
    link.parentElement.hidden = true;
    frame.focus();
  };

  // A picture is looked at in full over the page; without this its link is a download.
  const zoom = (event) => {
    const link = event.target.closest("[data-zoom]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const dialog = one("#zoom");
    const picture = new Image();
    picture.src = one("a", dialog).href = link.href;
    picture.alt = one("h2", dialog).textContent = link.dataset.zoom;
    one("div", dialog).replaceChildren(picture);
    dialog.showModal();
  };

  // A choice that takes effect at once.
  const sendChoice = (event) => {
    const form = event.target.form;
    if (!event.target.dataset.send || !form) return;
    form.action = event.target.dataset.send;
    form.submit();
  };

  // Composer: sent once; files come by choice, drop or paste.
  const guardSending = (form) => {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) event.preventDefault();
      form.dataset.sent = "yes";
      const chosen = new Date(one("#send_at", form).value); // the field is in the reader's zone
      one("[name=instant]", form).value = Number.isNaN(chosen.getTime()) ? "" : chosen.toISOString();
    });
  };
  const allowSending = () => delete one(".composer")?.dataset.sent;

  // Formatting: the bar and its keys type Markdown; what is typed can be taken back as any typing can.
  const type = (area, from, to, words, selectFrom, selectTo = selectFrom) => {
    area.focus();
    area.setSelectionRange(from, to);
    // The only way to type that the browser's own undo knows of.
    document.execCommand("insertText", false, words);
    area.setSelectionRange(selectFrom, selectTo);
  };
  const wrap = (area, mark) => {
    const { selectionStart: from, selectionEnd: to, value } = area;
    const size = mark.length;
    const words = value.slice(from, to);
    if (value.slice(from - size, from) === mark && value.slice(to, to + size) === mark) type(area, from - size, to + size, words, from - size, to - size);
    else type(area, from, to, mark + words + mark, from + size, to + size);
  };
  const link = (area) => {
    const { selectionStart: from, selectionEnd: to, value } = area;
    const words = value.slice(from, to);
    const isAddress = /^https?:\/\/\S+$/.test(words);
    const address = isAddress ? words : "https://";
    const at = from + (isAddress ? 1 : words.length + 3);
    type(area, from, to, `[${isAddress ? "" : words}](${address})`, at, isAddress ? at : at + address.length);
  };
  const mark = (area, marks) => {
    const from = area.value.lastIndexOf("\n", area.selectionStart - 1) + 1;
    const to = area.selectionEnd;
    const lines = area.value.slice(from, to).split("\n");
    const isMarked = lines.every((line, at) => line.startsWith(marks(at)));
    const words = lines.map((line, at) => (isMarked ? line.slice(marks(at).length) : marks(at) + line)).join("\n");
    type(area, from, to, words, lines.length > 1 ? from : from + words.length, from + words.length);
  };
  const code = (area) => {
    const { selectionStart: from, selectionEnd: to, value } = area;
    if (!value.slice(from, to).includes("\n")) return wrap(area, "`");
    type(area, from, to, `\`\`\`\n${value.slice(from, to)}\n\`\`\``, from + 4, to + 4);
  };
  const formats = {
    bold: (area) => wrap(area, "**"),
    italic: (area) => wrap(area, "*"),
    link,
    list: (area) => mark(area, () => "- "),
    numbers: (area) => mark(area, (at) => `${at + 1}. `),
    quote: (area) => mark(area, () => "> "),
    code,
  };
  const formatText = (form) => {
    const area = one("textarea", form);
    one(".formatting", form).addEventListener("click", (event) => {
      const button = event.target.closest("[data-format]");
      if (button) formats[button.dataset.format](area);
    });
    area.addEventListener("keydown", (event) => {
      const name = { b: "bold", i: "italic", k: "link" }[event.key.toLowerCase()];
      if (!name || event.altKey || event.shiftKey || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      formats[name](area);
    });
  };
  // Files go along, pictures to their places in the text; both are listed, and removed from there.
  const carry = (field, files) => {
    const carried = new DataTransfer();
    files.forEach((file) => carried.items.add(file));
    field.files = carried.files;
  };
  const placed = (field, file) => {
    const clean = file.name.replace(/[[\]\n\\/]/g, "_").slice(-100) || "picture";
    const dot = clean.lastIndexOf(".") > 0 ? clean.lastIndexOf(".") : clean.length;
    const going = all(".going label, .chosen li").map((label) => label.firstChild.textContent || label.textContent);
    const taken = new Set([...going, ...[...field.files].map((other) => other.name)]);
    let name = clean;
    for (let count = 2; taken.has(name); count += 1) name = `${clean.slice(0, dot)}-${count}${clean.slice(dot)}`;
    return new File([file], name, { type: file.type });
  };
  const takeFiles = (form) => {
    const field = one("#files", form);
    const pictures = one("#pictures", form);
    const area = one("textarea", form);
    const list = one(".chosen", form);
    let files = [...field.files];
    const held = new Map(); // files that the server has already, each with the word that stands for it
    const isPicture = (file) => pictures.dataset.types.split(" ").includes(file.type) && file.size <= Number(pictures.dataset.bytes);
    const add = (more) => {
      for (const file of more) {
        if (!isPicture(file) || pictures.files.length >= Number(pictures.dataset.most)) {
          files.push(file);
          continue;
        }
        const picture = placed(pictures, file);
        carry(pictures, [...pictures.files, picture]);
        const { selectionStart: from, selectionEnd: to } = area;
        const words = `![${picture.name}]`;
        type(area, from, to, words, from + words.length);
      }
      carry(field, files);
      show();
      changed();
    };
    const changed = () => area.dispatchEvent(new Event("input", { bubbles: true }));
    const leave = (file) => {
      carry(pictures, [...pictures.files].filter((other) => other !== file));
      files = files.filter((other) => other !== file);
      carry(field, files);
    };
    const drop = (file) => {
      leave(file);
      held.get(file)?.remove();
      held.delete(file);
      area.value = area.value.replaceAll(`![${file.name}]`, "");
      show();
      changed();
    };
    const hold = (file, token) => {
      const word = document.createElement("input");
      Object.assign(word, { type: "hidden", name: "held", value: token });
      word.dataset.size = file.size;
      form.append(word);
      held.set(file, word);
      leave(file);
    };
    form.addEventListener("held", ({ detail }) => {
      const still = [...pictures.files, ...files]; // one that was removed while it was saved stays removed
      for (const [file, token] of detail) if (still.includes(file)) hold(file, token);
      show();
    });
    form.addEventListener("lost", ({ detail }) => {
      const gone = [...held].filter(([, word]) => detail.includes(word.value));
      if (!gone.length) return;
      for (const [file, word] of gone) {
        word.remove();
        held.delete(file);
        files.push(file);
      }
      carry(field, files);
      show();
      changed();
    });
    const show = () => {
      list.replaceChildren(...[...held.keys(), ...pictures.files, ...files].map((file) => {
        const item = document.createElement("li");
        const remove = document.createElement("button");
        remove.type = "button";
        remove.textContent = "✕";
        remove.setAttribute("aria-label", `${field.dataset.remove} ${file.name}`);
        remove.addEventListener("click", () => drop(file));
        item.append(file.name, remove);
        return item;
      }));
      tellSize(form);
    };
    field.addEventListener("change", () => {
      files.push(...field.files);
      carry(field, files);
      show();
      changed();
    });
    form.addEventListener("paste", (event) => {
      if (!event.clipboardData.files.length) return;
      event.preventDefault();
      add(event.clipboardData.files);
    });
    form.addEventListener("dragover", (event) => {
      if (!event.dataTransfer.types.includes("Files")) return;
      event.preventDefault();
      form.classList.add("over");
    });
    for (const leaving of ["dragleave", "drop"]) form.addEventListener(leaving, () => form.classList.remove("over"));
    form.addEventListener("drop", (event) => {
      if (!event.dataTransfer.files.length) return;
      event.preventDefault();
      add(event.dataTransfer.files);
    });
    form.addEventListener("input", () => tellSize(form));
    show();
  };

  // On a narrow screen the views lie side by side, and the present one may be out of sight.
  const showView = () => {
    const here = one(".views [aria-current]");
    if (here) here.closest("ul").scrollLeft = here.offsetLeft - 40;
  };

  // What is too large for the mailbox is said before it is sent: base64 makes 78 bytes of 57.
  const mailSize = (form) => {
    const files = all("[type=file]", form).flatMap((field) => [...field.files]);
    const ticked = all("[data-size]:not([type=checkbox]:not(:checked))", form).map((field) => Number(field.dataset.size));
    const parts = [...files.map((file) => file.size), ...ticked].map((bytes) => Math.ceil(bytes / 57) * 78 + 500);
    const text = new Blob([one("textarea", form).value]).size;
    return parts.reduce((sum, bytes) => sum + bytes, 3 * text + 4096);
  };
  const sizeWords = (bytes) => {
    const units = ["kB", "MB", "GB"];
    const step = Math.min(3, Math.max(1, Math.floor(Math.log2(bytes) / 10)));
    const amount = bytes / 1024 ** step;
    const digits = amount < 10 ? 1 : 0;
    return `${new Intl.NumberFormat(root.lang, { minimumFractionDigits: digits, maximumFractionDigits: digits, useGrouping: false }).format(amount)} ${units[step - 1]}`;
  };
  const tellSize = (form) => {
    const size = mailSize(form);
    const isTooLarge = size > Number(form.dataset.limit) && !one("[value=note]:checked", form);
    const words = isTooLarge ? form.dataset.tooLarge.replace("{size}", sizeWords(size)) : "";
    const told = one(".too-large", form);
    if (told.textContent !== words) told.textContent = words;
    one("#files", form).setCustomValidity(words);
  };

  // "/" at the start of a line offers canned replies, "@" in a note colleagues: those that have what follows it.
  const offer = (form) => {
    const [area, list, select] = [one("textarea", form), one(".offers", form), one("#canned", form)];
    if (!list) return;
    const people = [...(one("#people", form)?.options ?? [])].map(({ value, text }) => ({ value, text: `${text} @${value}` }));
    const put = (text, from, to) => {
      area.setRangeText(text, from, to, "end");
      area.focus();
      area.dispatchEvent(new Event("input", { bubbles: true }));
    };
    const insert = async (id, from, to) => {
      const answer = await fetch(select.dataset.texts + id);
      select.value = "";
      if (answer.ok) put(await answer.text(), from, to);
    };
    const asked = () => {
      const end = area.selectionStart;
      const before = area.value.slice(area.value.lastIndexOf("\n", end - 1) + 1, end);
      if (select && before.startsWith("/")) {
        const options = [...select.options].slice(1).map(({ value, text }) => ({ value, text }));
        return { from: end - before.length, end, wanted: before.slice(1), options, take: insert };
      }
      const call = one("[value=note]", form)?.checked && /(?:^|[^\w@.+\/-])@([\w.+-]*)$/.exec(before);
      if (!call) return null;
      return { from: end - call[1].length - 1, end, wanted: call[1], options: people, take: (login, from, to) => put(`@${login} `, from, to) };
    };
    const choose = (item) => {
      const question = asked();
      hide();
      if (item && question) question.take(item.dataset.id, question.from, question.end);
    };
    const mark = (item) => {
      for (const other of list.children) other.setAttribute("aria-selected", String(other === item));
      if (item) area.setAttribute("aria-activedescendant", item.id);
      item?.scrollIntoView({ block: "nearest" });
    };
    const hide = () => {
      list.hidden = true;
      area.removeAttribute("aria-activedescendant");
    };
    const show = () => {
      const question = asked();
      const fitting = question?.options.filter((option) => option.text.toLowerCase().includes(question.wanted.toLowerCase())) ?? [];
      list.replaceChildren(...fitting.map((option, place) => {
        const item = document.createElement("li");
        item.id = `offer-${place}`;
        item.role = "option";
        item.dataset.id = option.value;
        item.textContent = option.text;
        item.addEventListener("mousedown", (event) => event.preventDefault()); // the text keeps its caret
        item.addEventListener("click", () => choose(item));
        return item;
      }));
      list.hidden = !fitting.length;
      if (fitting.length) mark(list.firstChild);
      else hide();
    };
    area.setAttribute("aria-controls", list.id);
    area.addEventListener("input", show);
    area.addEventListener("blur", hide);
    area.addEventListener("keydown", (event) => {
      if (list.hidden || event.ctrlKey || event.metaKey) return;
      const marked = one("[aria-selected=true]", list);
      const steps = { ArrowDown: marked?.nextSibling ?? list.firstChild, ArrowUp: marked?.previousSibling ?? list.lastChild };
      if (steps[event.key]) mark(steps[event.key]);
      else if (event.key === "Enter" || event.key === "Tab") choose(marked);
      else if (event.key === "Escape") hide();
      else return;
      event.preventDefault();
      event.stopImmediatePropagation();
    });
    select?.addEventListener("change", () => select.value && insert(select.value, area.selectionStart, area.selectionEnd));
  };

  // The composer comes with the page, and anew when it turns to a message that is forwarded.
  const beginComposer = (swapped) => {
    const composer = one(".composer:not([data-begun])");
    if (!composer) return;
    composer.dataset.begun = "yes";
    guardSending(composer);
    takeFiles(composer);
    offer(composer);
    formatText(composer);
    (one("[autofocus]", composer) ?? (swapped && one("#text", composer)))?.focus();
  };

  const begin = () => {
    tellTimes();
    showView();
    document.addEventListener("toggle", openFrame, true);
    document.addEventListener("toggle", openText, true);
    document.addEventListener("change", sendChoice);
    document.addEventListener("click", loadPictures);
    document.addEventListener("click", zoom);
    document.addEventListener("htmx:after:swap", tellTimes);
    document.body.addEventListener("live:row", tellTimes);
    document.addEventListener("htmx:after:swap", beginComposer);
    addEventListener("pageshow", allowSending);
    document.addEventListener("turned", () => {
      tellTimes();
      beginComposer();
    });
    beginComposer();
  };
  begin();
})();
